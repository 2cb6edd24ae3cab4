//! How surnames are read (姓氏读音): the reading that is shown and sorted by. As given names the same characters are mostly
//! read otherwise: 单 is shàn as a surname and dān elsewhere. Every reading finds a customer all the same.

/// Surnames of two characters, by code point.
#[rustfmt::skip]
const DOUBLE: [([char; 2], [&str; 2]); 34] = [
    (['万', '俟'], ["mo", "qi"]), (['上', '官'], ["shang", "guan"]), (['东', '方'], ["dong", "fang"]),
    (['令', '狐'], ["ling", "hu"]), (['公', '孙'], ["gong", "sun"]), (['单', '于'], ["chan", "yu"]),
    (['南', '宫'], ["nan", "gong"]), (['司', '徒'], ["si", "tu"]), (['司', '空'], ["si", "kong"]),
    (['司', '马'], ["si", "ma"]), (['呼', '延'], ["hu", "yan"]), (['夏', '侯'], ["xia", "hou"]),
    (['太', '史'], ["tai", "shi"]), (['宇', '文'], ["yu", "wen"]), (['尉', '迟'], ["yu", "chi"]),
    (['慕', '容'], ["mu", "rong"]), (['拓', '跋'], ["tuo", "ba"]), (['欧', '阳'], ["ou", "yang"]),
    (['淳', '于'], ["chun", "yu"]), (['澹', '台'], ["tan", "tai"]), (['濮', '阳'], ["pu", "yang"]),
    (['独', '孤'], ["du", "gu"]), (['申', '屠'], ["shen", "tu"]), (['百', '里'], ["bai", "li"]),
    (['皇', '甫'], ["huang", "fu"]), (['端', '木'], ["duan", "mu"]), (['第', '五'], ["di", "wu"]),
    (['西', '门'], ["xi", "men"]), (['诸', '葛'], ["zhu", "ge"]), (['赫', '连'], ["he", "lian"]),
    (['轩', '辕'], ["xuan", "yuan"]), (['钟', '离'], ["zhong", "li"]), (['长', '孙'], ["zhang", "sun"]),
    (['闻', '人'], ["wen", "ren"]),
];

/// Surnames of one character that are read otherwise than the character mostly is, by code point.
#[rustfmt::skip]
const SINGLE: [(char, &str); 60] = [
    ('乐', "yue"), ('乜', "nie"), ('仇', "qiu"), ('任', "ren"), ('佘', "she"), ('俞', "yu"), ('冯', "feng"),
    ('冼', "xian"), ('区', "ou"), ('华', "hua"), ('单', "shan"), ('卜', "bu"), ('召', "shao"), ('员', "yun"),
    ('哈', "ha"), ('宁', "ning"), ('宓', "mi"), ('尉', "wei"), ('幺', "yao"), ('应', "ying"), ('强', "qiang"),
    ('折', "she"), ('晟', "cheng"), ('曾', "zeng"), ('朴', "piao"), ('柏', "bai"), ('查', "zha"), ('沈', "shen"),
    ('洗', "xian"), ('燕', "yan"), ('牟', "mou"), ('盖', "ge"), ('盛', "sheng"), ('石', "shi"), ('祭', "zhai"),
    ('种', "chong"), ('秘', "bi"), ('繁', "po"), ('纪', "ji"), ('缪', "miao"), ('翟', "zhai"), ('能', "nai"),
    ('臧', "zang"), ('葛', "ge"), ('薄', "bo"), ('覃', "qin"), ('解', "xie"), ('訾', "zi"), ('谌', "chen"),
    ('贾', "jia"), ('车', "che"), ('过', "guo"), ('逄', "pang"), ('那', "na"), ('郇', "xun"), ('郗', "xi"),
    ('都', "du"), ('隗', "wei"), ('黑', "he"), ('齐', "qi"),
];

/// The syllables of the surname with which a name begins, where the tables have it: one a character. A name of two
/// characters has a surname of one.
pub fn surname(name: &[char]) -> &'static [&'static str] {
    if let [first, second, _, ..] = *name
        && let Ok(idx) = DOUBLE.binary_search_by_key(&[first, second], |(known, _)| *known)
    {
        return &DOUBLE[idx].1;
    }
    match name.first().map(|first| SINGLE.binary_search_by_key(first, |(known, _)| *known)) {
        Some(Ok(idx)) => std::slice::from_ref(&SINGLE[idx].1),
        _ => &[],
    }
}

/// How a character is read where it is a surname of the table: one that the tables of readings may lack.
pub fn as_surname(c: char) -> Option<&'static str> {
    SINGLE.binary_search_by_key(&c, |(known, _)| *known).ok().map(|idx| SINGLE[idx].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: &[&str]) {
        assert_eq!(surname(&name.chars().collect::<Vec<_>>()), expected, "{name}");
    }

    #[test]
    fn a_surname_is_read_as_one_and_a_double_one_before_its_first_character() {
        check("单雅宁", &["shan"]);
        check("曾予墨", &["zeng"]);
        check("尉迟嘉", &["yu", "chi"]);
        check("尉嘉", &["wei"]);
        check("单于", &["shan"]);
        check("王单", &[]);
        check("", &[]);
    }

    #[test]
    fn the_tables_are_in_order_and_their_readings_are_letters() {
        assert!(DOUBLE.is_sorted_by(|one, next| one.0 < next.0));
        assert!(SINGLE.is_sorted_by(|one, next| one.0 < next.0));
        let readings =
            DOUBLE.iter().flat_map(|(_, readings)| readings).chain(SINGLE.iter().map(|(_, reading)| reading));
        assert!(readings.into_iter().all(|reading| reading.bytes().all(|byte| byte.is_ascii_lowercase())));
    }
}
