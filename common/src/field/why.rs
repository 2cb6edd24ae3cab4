//! Why one word on a field counts and another does not, in both languages.

use crate::id::OpId;
use crate::sop::plan::Text;
use crate::undone::Undone;

/// Why a claim counts, or why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Headquarters owns the field and has a value.
    HeadquartersOwn,
    /// Headquarters owns the field and has no value: the last word of a guide stands in.
    HeadquartersHasNone,
    /// The guides own the field, and headquarters took this in last.
    LastWord,
    /// The guides own the field and none has written it.
    Imported,
    /// Headquarters took another one in later.
    Overwritten(OpId),
    /// It was taken back.
    TakenBack(Undone),
    /// It holds no longer: its last day is over.
    Over,
    /// A word on all channels came after this one on one channel.
    WiderWord(OpId),
    /// Headquarters' document has a later date.
    LaterInDocument,
    /// The value has not the form that this version knows.
    NotUnderstood,
}

impl Why {
    /// The sentence.
    pub fn text(self) -> Text {
        let both = |zh: &str, en: &str| Text { zh: zh.to_owned(), en: en.to_owned() };
        match self {
            Self::HeadquartersOwn => {
                both("此项归总部：总部有值，以总部为准", "headquarters owns this field and has a value, which counts")
            }
            Self::HeadquartersHasNone => both(
                "此项归总部，总部没有值：先用导购最后写的",
                "headquarters owns this field and has no value: the guides' last word stands in",
            ),
            Self::LastWord => both(
                "此项归导购：总部最后收到的为准",
                "the guides own this field: what headquarters took in last counts",
            ),
            Self::Imported => {
                both("此项归导购：没有导购写过，用导入的", "the guides own this field and none wrote it: as imported")
            }
            Self::Overwritten(by) => Text {
                zh: format!("总部之后又收到 {by}，以后者为准"),
                en: format!("headquarters took in {by} after it, which counts"),
            },
            Self::TakenBack(undone) => Text {
                zh: format!("{} 由 {} 撤销", undone.on, undone.op_id),
                en: format!("taken back on {} by {}", undone.on, undone.op_id),
            },
            Self::Over => both("期限已过", "its last day is over"),
            Self::WiderWord(by) => Text {
                zh: format!("之后的 {by} 对所有渠道有效，以后者为准"),
                en: format!("{by} came after it and is for all channels"),
            },
            Self::LaterInDocument => both("总部资料里的日期更晚", "headquarters' document has a later date"),
            Self::NotUnderstood => both("本版本读不懂这个值", "this version does not understand the value"),
        }
    }
}
