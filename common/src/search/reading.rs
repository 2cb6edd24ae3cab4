//! How characters and names are read (读音): every reading of a character for finding, the usual one for sorting.

use std::borrow::Cow;
use std::sync::OnceLock;

use ib_matcher::pinyin::{PinyinData, PinyinNotation};

use crate::search::fold::Folded;
use crate::search::surname::{as_surname, surname};

/// The usual readings of characters of which the tables name another one first: they go by the alphabet.
#[rustfmt::skip]
const USUAL: [(char, &str); 185] = [
    ('万', "wan"), ('且', "qie"), ('么', "me"), ('乜', "nie"), ('乾', "qian"), ('什', "shi"), ('仔', "zi"), ('伯', "bo"),
    ('伺', "si"), ('似', "si"), ('俞', "yu"), ('俟', "si"), ('倘', "tang"), ('傀', "kui"), ('其', "qi"), ('兹', "zi"),
    ('刨', "pao"), ('刹', "sha"), ('剖', "pou"), ('剥', "bo"), ('剿', "jiao"), ('区', "qu"), ('卒', "zu"), ('单', "dan"),
    ('南', "nan"), ('卜', "bu"), ('厂', "chang"), ('厦', "xia"), ('句', "ju"), ('召', "zhao"), ('叶', "ye"), ('吁', "yu"),
    ('合', "he"), ('吓', "xia"), ('吭', "keng"), ('呆', "dai"), ('呵', "he"), ('咖', "ka"), ('咱', "zan"), ('咳', "ke"),
    ('哦', "o"), ('嘘', "xu"), ('嚣', "xiao"), ('囤', "tun"), ('圈', "quan"), ('地', "di"), ('坷', "ke"), ('埔', "pu"),
    ('塔', "ta"), ('夹', "jia"), ('奇', "qi"), ('宓', "mi"), ('寻', "xun"), ('尺', "chi"), ('屏', "ping"), ('屹', "yi"),
    ('岂', "qi"), ('峙', "zhi"), ('嵌', "qian"), ('已', "yi"), ('巷', "xiang"), ('市', "shi"), ('广', "guang"), ('底', "di"),
    ('弄', "nong"), ('强', "qiang"), ('思', "si"), ('戌', "xu"), ('戏', "xi"), ('扛', "kang"), ('折', "zhe"), ('抹', "mo"),
    ('拆', "chai"), ('拓', "tuo"), ('括', "kuo"), ('拾', "shi"), ('挟', "xie"), ('掺', "chan"), ('提', "ti"), ('摩', "mo"),
    ('攒', "zan"), ('敦', "dun"), ('无', "wu"), ('晟', "sheng"), ('曝', "pu"), ('期', "qi"), ('末', "mo"), ('朴', "pu"),
    ('杉', "shan"), ('栅', "zha"), ('校', "xiao"), ('桔', "ju"), ('梢', "shao"), ('椎', "zhui"), ('楷', "kai"), ('槛', "kan"),
    ('橙', "cheng"), ('殖', "zhi"), ('殷', "yin"), ('汤', "tang"), ('沈', "shen"), ('泌', "mi"), ('派', "pai"), ('浅', "qian"),
    ('涌', "yong"), ('涡', "wo"), ('溃', "kui"), ('潦', "liao"), ('瀑', "pu"), ('炅', "jiong"), ('炮', "pao"), ('熟', "shu"),
    ('爪', "zhua"), ('盛', "sheng"), ('着', "zhe"), ('石', "shi"), ('碌', "lu"), ('种', "zhong"), ('秘', "mi"), ('称', "cheng"),
    ('筠', "yun"), ('粘', "zhan"), ('粥', "zhou"), ('糜', "mi"), ('系', "xi"), ('红', "hong"), ('纤', "xian"), ('约', "yue"),
    ('纶', "lun"), ('络', "luo"), ('绰', "chuo"), ('综', "zong"), ('绿', "lv"), ('缩', "suo"), ('翟', "zhai"), ('肋', "lei"),
    ('育', "yu"), ('胖', "pang"), ('胳', "ge"), ('臂', "bi"), ('芥', "jie"), ('若', "ruo"), ('茄', "qie"), ('莘', "xin"),
    ('落', "luo"), ('著', "zhu"), ('蓝', "lan"), ('蕃', "fan"), ('薄', "bo"), ('虾', "xia"), ('蛤', "ha"), ('血', "xue"),
    ('行', "xing"), ('衰', "shuai"), ('裳', "shang"), ('覃', "tan"), ('觉', "jue"), ('许', "xu"), ('说', "shuo"), ('读', "du"),
    ('谁', "shui"), ('谜', "mi"), ('豁', "huo"), ('貉', "he"), ('贾', "jia"), ('趣', "qu"), ('蹲', "dun"), ('轧', "zha"),
    ('转', "zhuan"), ('辗', "zhan"), ('迫', "po"), ('适', "shi"), ('遗', "yi"), ('郇', "xun"), ('重', "zhong"), ('陆', "lu"),
    ('隽', "jun"), ('雀', "que"), ('露', "lu"), ('顿', "dun"), ('颈', "jing"), ('驮', "tuo"), ('魄', "po"), ('鸟', "niao"),
    ('齐', "qi"),
];

/// Readings with `ü`, which are written with a `v`, and how they are typed too.
const WITH_U: [(&str, &str); 4] = [("lv", "lu"), ("nv", "nu"), ("lve", "lue"), ("nve", "nue")];

fn data() -> &'static PinyinData {
    static DATA: OnceLock<PinyinData> = OnceLock::new();
    DATA.get_or_init(|| PinyinData::new(PinyinNotation::Ascii))
}

/// Every reading of a simplified character without its tone, each once; none of what is no Chinese character. `ü` is `v`,
/// and after `l` and `n` also `u`.
pub fn readings(c: char) -> Vec<Cow<'static, str>> {
    let mut readings: Vec<Cow<'static, str>> = Vec::new();
    if c.is_ascii() {
        return readings;
    }
    let written = data().get_pinyins(c).filter_map(|pinyin| pinyin.notation(PinyinNotation::Ascii));
    for reading in written.chain(as_surname(c)) {
        let typed = WITH_U.iter().find(|(v, _)| *v == reading).map(|(_, u)| *u);
        for reading in [Some(reading), typed].into_iter().flatten() {
            if !readings.iter().any(|known| known == reading) {
                readings.push(Cow::Borrowed(reading));
            }
        }
    }
    readings
}

/// The reading of a simplified character where nothing else is known.
pub(super) fn usual(c: char) -> Option<Cow<'static, str>> {
    match USUAL.binary_search_by_key(&c, |(known, _)| *known) {
        Ok(idx) => Some(Cow::Borrowed(USUAL[idx].1)),
        Err(_) => readings(c).into_iter().next(),
    }
}

/// How a name is read, as it is shown and sorted by: a syllable for each character, those of other scripts together as
/// they are. `corrected` is what a guide wrote down (读音校正), which goes before all.
pub fn reading(name: &str, corrected: Option<&str>) -> String {
    match corrected {
        Some(corrected) => corrected.to_owned(),
        None => {
            let chars = Folded::of(name).chars;
            joined(&chars, |idx| usual(chars[idx]))
        }
    }
}

/// The reading of a name in its compared form; `usual` says how a character is mostly read.
pub(super) fn joined<S: AsRef<str>>(name: &[char], usual: impl Fn(usize) -> Option<S>) -> String {
    let surname = surname(name);
    let mut reading = String::with_capacity(8 * name.len());
    let mut was_syllable = false;
    for (idx, c) in name.iter().enumerate() {
        let usual = if idx < surname.len() { None } else { usual(idx) };
        let syllable = surname.get(idx).copied().or(usual.as_ref().map(AsRef::as_ref));
        if idx > 0 && (was_syllable || syllable.is_some()) {
            reading.push(' ');
        }
        was_syllable = syllable.is_some();
        match syllable {
            Some(syllable) => reading.push_str(syllable),
            None => reading.push(*c),
        }
    }
    reading
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_with_their_surname() {
        for (name, expected) in [
            ("单雅宁", "shan ya ning"),
            ("曾予墨", "zeng yu mo"),
            ("尉迟嘉", "yu chi jia"),
            ("吕思行", "lv si xing"),
            ("張曉明", "zhang xiao ming"),
            ("王Anna重", "wang anna zhong"),
            ("Anna Lee", "annalee"),
            ("", ""),
        ] {
            assert_eq!(reading(name, None), expected);
        }
        assert_eq!(reading("单雅宁", Some("dan ya ning")), "dan ya ning");
    }

    #[test]
    fn a_character_has_each_of_its_readings_once() {
        assert_eq!(readings('单'), ["chan", "dan", "shan"]);
        assert_eq!(readings('吕'), ["lv", "lu"]);
        assert_eq!(readings('雅'), ["ya"]);
        assert!(readings('a').is_empty() && readings('！').is_empty());
    }

    #[test]
    fn the_usual_readings_are_in_order_and_among_the_readings() {
        assert!(USUAL.is_sorted_by(|one, next| one.0 < next.0));
        for (c, usual) in USUAL {
            assert!(readings(c).iter().any(|reading| reading == usual), "{c}");
        }
    }
}
