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
/// What is said with each score, from 5 down to 1.
pub(super) const SCORES: [&[Both]; 5] = [
    &[
        ("5 分，戴着很舒服，同事都问哪买的", "5, it is a joy to wear, everybody at work asks where it is from"),
        ("五分！包装也好看", "five! The wrapping was lovely too"),
    ],
    &[
        ("4 分吧，扣子有一点紧", "4, the clasp is a little stiff"),
        ("4 分，挺好的，就是等得久了点", "4, quite good, only the wait was long"),
    ],
    &[
        ("3 分，一般，圈口好像大了", "3, so so, it seems a size too large"),
        ("给 3 分，戴两天有点划痕了", "I give 3, there are scratches after two days"),
    ],
    &[
        ("2 分，链子勾头发", "2, the chain catches my hair"),
        ("2 分。跟你们说的重量不一样", "2. It is not the weight that you told me"),
    ],
    &[("1 分，戴了一天就断了", "1, it broke after a day"), ("1 分，我要退货", "1, I want to return it")],
];
/// What somebody says who wants to go on talking.
pub(super) const IS_KEEN: [Both; 5] = [
    ("好的谢谢，最近有新款吗", "thank you, is there anything new"),
    ("收到，正想问问保养的事", "good that you write, I wanted to ask about the care of it"),
    ("可以啊，发图我看看", "fine, send me a picture"),
    ("谢谢提醒，很贴心", "thank you for reminding me, how kind"),
    ("我妹妹也想看看对戒", "my sister would like to see wedding rings"),
];
/// What somebody says to a wish or a thank-you.
pub(super) const THANKS_FOR_THE_WISH: [Both; 3] = [
    ("谢谢，有心了", "thank you, that is thoughtful"),
    ("谢谢你还记得", "thank you for remembering"),
    ("好的，有问题找你", "good, I shall ask you if anything comes up"),
];
/// What somebody says who needs nothing now.
pub(super) const HAS_NO_NEED: [Both; 4] = [
    ("谢谢，暂时不需要", "thank you, nothing for now"),
    ("最近没打算买", "I do not plan to buy anything soon"),
    ("知道了，谢谢", "I see, thank you"),
    ("刚买过了，不用啦", "I have just bought something, no need"),
];
/// What somebody says who comes, and in how many days.
pub(super) const AGREES_TO_COME: [(i64, Both); 3] = [
    (1, ("明天下午三点过去方便吗", "would tomorrow at three suit you")),
    (2, ("后天上午十一点我过来", "I shall come the day after tomorrow at eleven")),
    (4, ("四天后上午十一点到店，可以吗", "in four days at eleven, is that all right")),
];
/// What somebody says who wants to be asked again, and in how many days.
pub(super) const ASKS_TO_WAIT: [(i64, Both); 3] = [
    (3, ("这两天忙，三天后再说", "busy now, ask me again in three days")),
    (7, ("下周这个时候再联系我吧", "get in touch this time next week")),
    (10, ("出差呢，十天后回来", "I am travelling, back in ten days")),
];
/// What somebody says who is upset.
pub(super) const COMPLAINS: [Both; 3] = [
    ("上次修完又松了，你们怎么弄的", "it is loose again after the repair, what did you do"),
    ("说好打电话没人打，很失望", "you promised to call and nobody did, I am disappointed"),
    ("买贵了，隔壁便宜两百", "I paid too much, next door it costs two hundred less"),
];
/// What somebody says who wants to be left alone.
pub(super) const ASKS_FOR_PEACE: [Both; 2] =
    [("别再发了，谢谢", "please stop writing to me"), ("不要再联系我", "do not contact me again")];
