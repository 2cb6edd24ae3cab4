//! What care a material needs (保养项目), by the table in `docs/templates.md`.

/// Words that name a material, the work in Chinese, the work in English. The first line with a word that occurs in
/// the material decides: set stones before the metal that holds them.
const CARE: [(&[&str], &str, &str); 7] = [
    (
        &["钻", "彩宝", "镶嵌", "红宝", "蓝宝", "祖母绿", "diamond", "gem", "ruby", "sapphire", "emerald"],
        "查爪、清洗",
        "a prong check and cleaning",
    ),
    (&["珍珠", "pearl"], "擦拭、换绳", "wiping and restringing"),
    (&["翡翠", "玉", "jade"], "清洁、换绳、查裂", "cleaning, restringing and a check for cracks"),
    (&["银", "silver"], "去氧化", "tarnish removal"),
    (&["18k", "k金"], "抛光、补镀", "polishing and re-plating"),
    (&["铂", "platinum"], "抛光、清洗", "polishing and cleaning"),
    (&["足金", "古法金", "硬金", "黄金", "gold"], "清洗、整形", "cleaning and reshaping"),
];

/// The care that a material needs, in Chinese and English, where it is known.
pub fn care(material: &str) -> Option<(&'static str, &'static str)> {
    let material = material.to_lowercase();
    let (_, zh, en) = CARE.iter().find(|(words, _, _)| words.iter().any(|word| material.contains(word)))?;
    Some((zh, en))
}

/// Words that tell a ticket for care from one for repair or sizing.
const CARE_WORDS: [&str; 12] =
    ["保养", "清洗", "查爪", "抛光", "补镀", "换绳", "去氧化", "整形", "care", "clean", "polish", "prong check"];

/// Whether a ticket's work is care.
pub fn is_care(work: &str) -> bool {
    let work = work.to_lowercase();
    CARE_WORDS.iter().any(|word| work.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_material_of_the_tags_has_its_care() {
        for (material, expected) in [
            ("足金", "清洗、整形"),
            ("古法金", "清洗、整形"),
            ("硬金", "清洗、整形"),
            ("18K金", "抛光、补镀"),
            ("铂金", "抛光、清洗"),
            ("银饰", "去氧化"),
            ("钻石", "查爪、清洗"),
            ("翡翠", "清洁、换绳、查裂"),
            ("和田玉", "清洁、换绳、查裂"),
            ("珍珠", "擦拭、换绳"),
            ("彩宝", "查爪、清洗"),
            ("18K gold", "抛光、补镀"),
            ("Pure gold", "清洗、整形"),
        ] {
            assert_eq!(care(material).map(|(zh, _)| zh), Some(expected), "{material}");
        }
        assert_eq!(care("木"), None);
    }

    #[test]
    fn care_is_told_from_repair() {
        for work in ["清洗、查爪", "免费保养", "Re-polishing", "cleaning"] {
            assert!(is_care(work), "{work}");
        }
        for work in ["改圈", "断链维修", "定制", "resizing"] {
            assert!(!is_care(work), "{work}");
        }
    }
}
