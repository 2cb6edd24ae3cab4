//! What the chain sells, and at what prices. All invented.

use super::dice::Dice;
use super::{Both, in_lang};
use crate::purchase::Item;
use crate::sop::plan::Lang;

/// A piece in both languages: name, style (款型), material (材质).
pub(super) struct Piece {
    pub(super) name: Both,
    pub(super) category: Both,
    pub(super) material: Both,
}

const fn piece(name: Both, category: Both, material: Both) -> Piece {
    Piece { name, category, material }
}

const RING: Both = ("戒指", "ring");
const PAIR: Both = ("对戒", "wedding rings");
const NECKLACE: Both = ("项链", "necklace");
const PENDANT: Both = ("吊坠", "pendant");
const BRACELET: Both = ("手链", "bracelet");
const BANGLE: Both = ("手镯", "bangle");
const EARRINGS: Both = ("耳饰", "earrings");
const BEAD: Both = ("转运珠", "lucky bead");
const GOLD: Both = ("足金", "pure gold");
const HERITAGE: Both = ("古法金", "heritage gold");
const HARD: Both = ("硬金", "hard gold");
const KARAT: Both = ("18K金", "18K gold");
const PLATINUM: Both = ("铂金", "platinum");
const DIAMOND: Both = ("钻石", "diamond");
const GEMS: Both = ("彩宝", "gemstone");
const JADEITE: Both = ("翡翠", "jadeite");
const NEPHRITE: Both = ("和田玉", "nephrite jade");
const PEARL: Both = ("珍珠", "pearl");
const SILVER: Both = ("银饰", "silver");

/// Pure gold, the largest share.
const GOLD_PIECES: [Piece; 10] = [
    piece(("古法金传承手镯", "heritage gold bangle"), BANGLE, HERITAGE),
    piece(("古法金如意吊坠", "heritage gold ruyi pendant"), PENDANT, HERITAGE),
    piece(("足金福字吊坠", "gold pendant with the character for luck"), PENDANT, GOLD),
    piece(("足金素圈戒指", "plain gold ring"), RING, GOLD),
    piece(("足金水波纹项链", "gold ripple chain"), NECKLACE, GOLD),
    piece(("足金绞丝手链", "twisted gold bracelet"), BRACELET, GOLD),
    piece(("足金小圆耳钉", "round gold ear studs"), EARRINGS, GOLD),
    piece(("硬金转运珠手绳", "cord with a hard gold lucky bead"), BEAD, HARD),
    piece(("硬金四叶草手链", "hard gold clover bracelet"), BRACELET, HARD),
    piece(("足金龙凤对戒", "gold wedding rings"), PAIR, GOLD),
];
const SET_PIECES: [Piece; 6] = [
    piece(("六爪钻石戒指", "six-prong diamond ring"), RING, DIAMOND),
    piece(("排钻对戒", "diamond wedding rings"), PAIR, DIAMOND),
    piece(("钻石锁骨链", "diamond collarbone necklace"), NECKLACE, DIAMOND),
    piece(("碎钻耳钉", "diamond ear studs"), EARRINGS, DIAMOND),
    piece(("蓝宝石吊坠", "sapphire pendant"), PENDANT, GEMS),
    piece(("红宝石戒指", "ruby ring"), RING, GEMS),
];
const JADE_PIECES: [Piece; 4] = [
    piece(("翡翠平安扣", "jadeite peace buckle"), PENDANT, JADEITE),
    piece(("翡翠圆条手镯", "jadeite bangle"), BANGLE, JADEITE),
    piece(("和田玉手串", "nephrite bead bracelet"), BRACELET, NEPHRITE),
    piece(("和田玉观音吊坠", "nephrite Guanyin pendant"), PENDANT, NEPHRITE),
];
const PEARL_PIECES: [Piece; 3] = [
    piece(("淡水珍珠项链", "freshwater pearl necklace"), NECKLACE, PEARL),
    piece(("珍珠耳钉", "pearl ear studs"), EARRINGS, PEARL),
    piece(("珍珠吊坠", "pearl pendant"), PENDANT, PEARL),
];
const KARAT_PIECES: [Piece; 5] = [
    piece(("18K金锁骨链", "18K gold collarbone necklace"), NECKLACE, KARAT),
    piece(("18K金蝴蝶耳环", "18K gold butterfly earrings"), EARRINGS, KARAT),
    piece(("18K金满天星手链", "18K gold starry bracelet"), BRACELET, KARAT),
    piece(("18K金素圈戒指", "plain 18K gold ring"), RING, KARAT),
    piece(("铂金对戒", "platinum wedding rings"), PAIR, PLATINUM),
];
const SILVER_PIECES: [Piece; 3] = [
    piece(("银饰生肖手链", "silver zodiac bracelet"), BRACELET, SILVER),
    piece(("银饰小猫吊坠", "silver kitten pendant"), PENDANT, SILVER),
    piece(("银饰开口戒指", "open silver ring"), RING, SILVER),
];

/// Share of sales in hundredths, and what a price is multiplied with, in hundredths; the product leaves the median.
const GROUPS: [(u64, (u64, &[Piece])); 6] = [
    (46, (110, &GOLD_PIECES)),
    (18, (150, &SET_PIECES)),
    (9, (130, &JADE_PIECES)),
    (7, (75, &PEARL_PIECES)),
    (12, (85, &KARAT_PIECES)),
    (8, (30, &SILVER_PIECES)),
];

/// What a sale comes to in yuan at each fortieth of all sales, from the least to the most: log-normal, median 2,600,
/// 95th percentile 18,000.
const AMOUNTS: [u64; 41] = [
    126, 259, 376, 478, 576, 672, 768, 866, 966, 1_069, 1_176, 1_287, 1_403, 1_525, 1_652, 1_787, 1_930, 2_081, 2_243,
    2_415, 2_600, 2_799, 3_014, 3_248, 3_503, 3_782, 4_091, 4_434, 4_818, 5_252, 5_748, 6_323, 6_997, 7_806, 8_799,
    10_061, 11_740, 14_138, 18_000, 26_077, 53_812,
];

/// Draws a piece and what it costs, in fen.
pub(super) fn draw(dice: &mut Dice) -> (&'static Piece, i64) {
    let (factor, pieces) = dice.weighted(&GROUPS);
    let piece = dice.pick(pieces);
    let point = dice.below(40_000);
    let (idx, part) = ((point / 1_000) as usize, point % 1_000);
    let yuan = AMOUNTS[idx] + (AMOUNTS[idx + 1] - AMOUNTS[idx]) * part / 1_000;
    let yuan = (yuan * factor / 100).max(68);
    // price tags end in 0 or 8
    let yuan = yuan / 10 * 10 + if dice.happens(500) { 8 } else { 0 };
    (piece, (yuan * 100) as i64)
}

/// Every piece.
pub(super) fn every() -> impl Iterator<Item = &'static Piece> {
    GROUPS.iter().flat_map(|(_, (_, pieces))| pieces.iter())
}

/// The piece of a name, for the cast.
pub(super) fn named(name: &str) -> Option<&'static Piece> {
    every().find(|piece| piece.name.0 == name)
}

impl Piece {
    /// Whether it is sold by weight, at the price of the day.
    pub(super) fn is_by_gram(&self) -> bool {
        [GOLD, HERITAGE, HARD, PLATINUM].contains(&self.material)
    }

    /// The piece as a line of a sale.
    pub(super) fn item(&self, lang: Lang) -> Item {
        Item {
            name: Some(in_lang(self.name, lang)),
            category: Some(in_lang(self.category, lang)),
            material: Some(in_lang(self.material, lang)),
            quantity: Some(1),
        }
    }
}
