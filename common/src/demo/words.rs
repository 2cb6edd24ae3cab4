//! What guides wrote and promised, in both languages.

use super::Both;

/// Notes of contacts.
pub(super) const NOTES: [Both; 6] = [
    ("戴着很喜欢，问过同系列耳饰", "likes wearing it, asked about matching earrings"),
    ("下月搬家，地址要更新", "moves next month, new address to follow"),
    ("女儿十月结婚，留意对戒", "her daughter marries in October: wedding rings"),
    ("周末才有空", "has time at weekends only"),
    ("不喜欢电话，发文字", "prefers text to calls"),
    ("戒圈略松，下次来改", "ring a little loose, to be resized next time"),
];
/// Why a customer was dissatisfied.
pub(super) const COMPLAINTS: [Both; 3] = [
    ("扣头松，掉过一次", "the clasp is loose, it came off once"),
    ("刻字歪了", "the engraving is crooked"),
    ("等了四十分钟才有人接待", "waited forty minutes to be served"),
];
/// What a customer said to the solution.
pub(super) const SOLVED: [Both; 2] = [
    ("换好了，挺满意", "it has been exchanged, I am happy with it"),
    ("你们处理得挺快，没事了", "you were quick, all is well"),
];
/// What was promised, and the piece it is about.
pub(super) const PROMISES: [(Both, Both); 5] = [
    (
        ("调一只 58 圈口的同款", "bring in the same one in size 58"),
        ("58 圈口古法金手镯", "heritage gold bangle, size 58"),
    ),
    (("找 45 厘米的同款链", "find the same chain in 45 cm"), ("45 厘米水波纹项链", "45 cm ripple chain")),
    (("留意马年生肖吊坠", "look out for a Year of the Horse pendant"), ("马年生肖吊坠", "Year of the Horse pendant")),
    (("配一颗同色珍珠", "match a pearl of the same colour"), ("同色淡水珍珠", "freshwater pearl in your colour")),
    (("找小一号的同款戒指", "find the ring one size smaller"), ("小一号的素圈戒指", "plain ring one size smaller")),
];
/// Work that pieces are left for.
pub(super) const WORKS: [Both; 6] = [
    ("改圈", "resizing"),
    ("清洗抛光", "clean and polish"),
    ("补镀", "re-plating"),
    ("换绳", "restringing"),
    ("刻字", "engraving"),
    ("断链焊接", "chain repair"),
];
