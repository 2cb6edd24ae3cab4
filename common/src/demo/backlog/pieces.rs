//! What these customers bought: pieces by the rhythm of their care and by price. Prices keep clear of the last tenth
//! below a level, which would be a step of its own.

/// Cared for every half year, up to 900 yuan.
const SMALL: [(&str, i64); 3] = [("足金小圆耳钉", 860), ("硬金转运珠手绳", 680), ("硬金四叶草手链", 790)];
/// Of any rhythm but the quarterly one of silver, 1,200 to 4,400 yuan.
const PLAIN: [(&str, i64); 12] = [
    ("足金素圈戒指", 2_480),
    ("珍珠耳钉", 1_280),
    ("18K金锁骨链", 3_180),
    ("硬金四叶草手链", 1_680),
    ("翡翠平安扣", 2_860),
    ("足金福字吊坠", 3_960),
    ("碎钻耳钉", 2_280),
    ("18K金蝴蝶耳环", 1_980),
    ("和田玉手串", 4_180),
    ("足金小圆耳钉", 1_460),
    ("淡水珍珠项链", 2_680),
    ("蓝宝石吊坠", 4_380),
];
/// Cared for every half year, 5,200 to 13,000 yuan.
const GRAND: [(&str, i64); 10] = [
    ("古法金传承手镯", 12_800),
    ("足金水波纹项链", 8_260),
    ("古法金如意吊坠", 6_280),
    ("足金绞丝手链", 7_350),
    ("足金龙凤对戒", 9_680),
    ("足金福字吊坠", 5_380),
    ("排钻对戒", 11_600),
    ("古法金如意吊坠", 5_980),
    ("足金水波纹项链", 6_860),
    ("钻石锁骨链", 8_980),
];

/// The `idx`th small piece.
pub(super) fn small(idx: i64) -> (&'static str, i64) {
    nth(&SMALL, idx)
}

/// The `idx`th plain piece.
pub(super) fn plain(idx: i64) -> (&'static str, i64) {
    nth(&PLAIN, idx)
}

/// The `idx`th grand piece.
pub(super) fn grand(idx: i64) -> (&'static str, i64) {
    nth(&GRAND, idx)
}

fn nth(pieces: &[(&'static str, i64)], idx: i64) -> (&'static str, i64) {
    pieces[(idx.unsigned_abs() as usize) % pieces.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::catalogue;

    #[test]
    fn every_piece_is_one_that_the_chain_sells() {
        for (piece, _) in SMALL.iter().chain(&PLAIN).chain(&GRAND) {
            assert!(catalogue::named(piece).is_some(), "{piece}");
        }
    }
}
