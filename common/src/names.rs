//! Made-up Chinese names for customers of whom only an id is known. Whoever uses one marks the customer with
//! `name_generated`.

use std::hash::Hasher;

use siphasher::sip::SipHasher24;

use crate::id::CustomerId;

/// Family names in rough order of how common they are, so that the first ones may be drawn more often.
pub(crate) const FAMILIES: [(&str, &str); 60] = [
    ("王", "Wang"),
    ("李", "Li"),
    ("张", "Zhang"),
    ("刘", "Liu"),
    ("陈", "Chen"),
    ("杨", "Yang"),
    ("赵", "Zhao"),
    ("黄", "Huang"),
    ("周", "Zhou"),
    ("吴", "Wu"),
    ("徐", "Xu"),
    ("孙", "Sun"),
    ("胡", "Hu"),
    ("朱", "Zhu"),
    ("高", "Gao"),
    ("林", "Lin"),
    ("何", "He"),
    ("郭", "Guo"),
    ("马", "Ma"),
    ("罗", "Luo"),
    ("梁", "Liang"),
    ("宋", "Song"),
    ("郑", "Zheng"),
    ("谢", "Xie"),
    ("韩", "Han"),
    ("唐", "Tang"),
    ("冯", "Feng"),
    ("于", "Yu"),
    ("董", "Dong"),
    ("萧", "Xiao"),
    ("程", "Cheng"),
    ("曹", "Cao"),
    ("袁", "Yuan"),
    ("邓", "Deng"),
    ("许", "Xu"),
    ("傅", "Fu"),
    ("沈", "Shen"),
    ("彭", "Peng"),
    ("吕", "Lü"),
    ("苏", "Su"),
    ("卢", "Lu"),
    ("蒋", "Jiang"),
    ("蔡", "Cai"),
    ("贾", "Jia"),
    ("丁", "Ding"),
    ("魏", "Wei"),
    ("薛", "Xue"),
    ("叶", "Ye"),
    ("阎", "Yan"),
    ("余", "Yu"),
    ("潘", "Pan"),
    ("杜", "Du"),
    ("戴", "Dai"),
    ("夏", "Xia"),
    ("钟", "Zhong"),
    ("汪", "Wang"),
    ("田", "Tian"),
    ("任", "Ren"),
    ("姜", "Jiang"),
    ("范", "Fan"),
];

/// First characters of given names.
pub(crate) const FIRSTS: [(&str, &str); 40] = [
    ("安", "An"),
    ("书", "Shu"),
    ("雨", "Yu"),
    ("思", "Si"),
    ("清", "Qing"),
    ("若", "Ruo"),
    ("子", "Zi"),
    ("梓", "Zi"),
    ("文", "Wen"),
    ("雅", "Ya"),
    ("静", "Jing"),
    ("晓", "Xiao"),
    ("佳", "Jia"),
    ("嘉", "Jia"),
    ("欣", "Xin"),
    ("心", "Xin"),
    ("语", "Yu"),
    ("诗", "Shi"),
    ("婉", "Wan"),
    ("明", "Ming"),
    ("浩", "Hao"),
    ("俊", "Jun"),
    ("志", "Zhi"),
    ("建", "Jian"),
    ("海", "Hai"),
    ("春", "Chun"),
    ("秋", "Qiu"),
    ("冬", "Dong"),
    ("云", "Yun"),
    ("月", "Yue"),
    ("星", "Xing"),
    ("景", "Jing"),
    ("知", "Zhi"),
    ("言", "Yan"),
    ("一", "Yi"),
    ("艺", "Yi"),
    ("可", "Ke"),
    ("沐", "Mu"),
    ("南", "Nan"),
    ("北", "Bei"),
];

/// Last characters of given names; with a family name alone they make a name of two characters.
pub(crate) const LASTS: [(&str, &str); 40] = [
    ("宁", "ning"),
    ("怡", "yi"),
    ("涵", "han"),
    ("萱", "xuan"),
    ("彤", "tong"),
    ("琪", "qi"),
    ("瑶", "yao"),
    ("岚", "lan"),
    ("兰", "lan"),
    ("梅", "mei"),
    ("芳", "fang"),
    ("敏", "min"),
    ("玲", "ling"),
    ("霞", "xia"),
    ("燕", "yan"),
    ("莉", "li"),
    ("娜", "na"),
    ("雪", "xue"),
    ("晴", "qing"),
    ("然", "ran"),
    ("轩", "xuan"),
    ("宇", "yu"),
    ("杰", "jie"),
    ("伟", "wei"),
    ("强", "qiang"),
    ("磊", "lei"),
    ("军", "jun"),
    ("涛", "tao"),
    ("峰", "feng"),
    ("鹏", "peng"),
    ("辰", "chen"),
    ("航", "hang"),
    ("远", "yuan"),
    ("舟", "zhou"),
    ("川", "chuan"),
    ("白", "bai"),
    ("阳", "yang"),
    ("乐", "le"),
    ("真", "zhen"),
    ("禾", "he"),
];

/// A plausible name, the same for the same id on every machine. Two ids may get the same name, as people do.
pub fn generated_name(id: &CustomerId) -> String {
    let mut hasher = SipHasher24::new();
    hasher.write(id.as_str().as_bytes());
    from_number(hasher.finish()).0
}

/// The name that a number stands for, in Chinese and romanised (family name first).
pub(crate) fn from_number(number: u64) -> (String, String) {
    let mut rest = number;
    let mut take = |n: usize| {
        let picked = (rest % n as u64) as usize;
        rest /= n as u64;
        picked
    };
    // two draws, the smaller one wins: common family names come up more often
    let family = FAMILIES[take(FAMILIES.len()).min(take(FAMILIES.len()))];
    let last = LASTS[take(LASTS.len())];
    if take(6) == 0 {
        return (format!("{}{}", family.0, last.0), format!("{} {}", family.1, capitalised(last.1)));
    }
    let first = FIRSTS[take(FIRSTS.len())];
    (format!("{}{}{}", family.0, first.0, last.0), format!("{} {}{}", family.1, first.1, last.1))
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn ids() -> impl Iterator<Item = CustomerId> {
        (0..2_357).map(|n| CustomerId::new(&format!("C{n:05}")).unwrap())
    }

    #[test]
    fn an_id_has_the_same_name_on_every_machine() {
        // Two hubs that import the same file must show the same names.
        let id = CustomerId::new("C00004").unwrap();
        assert_eq!(generated_name(&id), "薛海岚");
    }

    #[test]
    fn names_have_two_or_three_characters() {
        for id in ids() {
            assert!((2..=3).contains(&generated_name(&id).chars().count()), "{id}");
        }
    }

    #[test]
    fn most_customers_have_a_name_of_their_own() {
        let names: HashSet<String> = ids().map(|id| generated_name(&id)).collect();
        assert!(names.len() > 2_000, "{}", names.len());
    }

    #[test]
    fn romanised_names_are_capitalised() {
        for number in [0, 1, 7_200, 123_456_789] {
            let (_, name) = from_number(number);
            assert!(name.split(' ').all(|word| word.starts_with(char::is_uppercase)), "{name}");
        }
    }
}
