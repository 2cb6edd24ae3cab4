//! The fields that a condition can ask about: one table of names, types and meanings, which `docs/conditions.md` shows.

use super::Scope;
use crate::sop::plan::Lang;
use crate::toml_file::edit_distance;

/// Something that is known, or can be known, of a customer or of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the table says what each is")]
pub enum Field {
    Tier,
    Level,
    LevelRank,
    Store,
    StoreTier,
    Lead,
    Wecom,
    NPurchases,
    SpentYuan,
    TotalYuan,
    DaysSincePurchase,
    DaysSinceContact,
    DaysKnown,
    Age,
    BirthdayKnown,
    BirthdayCalendar,
    Tags,
    Links,
    PartnerConsented,
    Risk,
    Points,
    NCoupons,
    OpenComplaint,
    WeddingInDays,
    Satisfaction,
    Material,
    Category,
    Item,
    AmountYuan,
    Secret,
    Calendar,
    CouponOpen,
    DaysSinceAnchor,
    Channel,
    Score,
}

/// The type of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// True or false.
    Bool,
    /// A whole number.
    Int,
    /// A text.
    Text,
    /// A text that is one of these words.
    Word(&'static [&'static str]),
    /// A list of texts.
    List,
    /// Lists of texts by group.
    Groups,
}

/// Whether a field always has a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Always.
    Always,
    /// It can be missing.
    MayBeMissing,
}

/// A line of the table.
struct Row {
    field: Field,
    name: &'static str,
    kind: Kind,
    presence: Presence,
    scope: Scope,
    zh: &'static str,
    en: &'static str,
}

/// Of every customer.
const fn known(field: Field, name: &'static str, kind: Kind, zh: &'static str, en: &'static str) -> Row {
    Row { field, name, kind, presence: Presence::Always, scope: Scope::Customer, zh, en }
}

/// Of some customers.
const fn maybe(field: Field, name: &'static str, kind: Kind, zh: &'static str, en: &'static str) -> Row {
    Row { presence: Presence::MayBeMissing, ..known(field, name, kind, zh, en) }
}

/// The same, of steps.
const fn of_step(row: Row) -> Row {
    Row { scope: Scope::Step, ..row }
}

const TIERS: Kind = Kind::Word(&["S", "A", "B", "C"]);
const CALENDARS: Kind = Kind::Word(&["solar", "lunar"]);
const RISKS: Kind = Kind::Word(&["green", "amber", "red"]);
const CHANNELS: Kind = Kind::Word(&["wecom", "phone", "visit", "sms", "official_account", "group", "moments", "card"]);

/// In the order of [`Field`].
#[rustfmt::skip]
const ROWS: [Row; 35] = [
    known(Field::Tier, "tier", TIERS, "客户分层", "headquarters' rank of the customer"),
    maybe(Field::Level, "level", Kind::Text, "会员等级", "the member's level"),
    known(Field::LevelRank, "level_rank", Kind::Int, "会员等级的序号，无等级为 0", "the level's rank, 0 without one"),
    maybe(Field::Store, "store", Kind::Text, "门店编号", "the shop's id"),
    maybe(Field::StoreTier, "store_tier", Kind::Text, "门店等级", "the shop's tier"),
    known(Field::Lead, "lead", Kind::Bool, "线索：从未购买", "whether the customer is a lead: never bought"),
    known(Field::Wecom, "wecom", Kind::Bool, "是否企微好友", "whether the customer is a WeCom contact"),
    known(Field::NPurchases, "n_purchases", Kind::Int, "有效消费的天数", "days with purchases that stand"),
    known(Field::SpentYuan, "spent_yuan", Kind::Int, "近 24 个月净消费（元）", "net of the last 24 months, in yuan"),
    known(Field::TotalYuan, "total_yuan", Kind::Int, "累计净消费（元）", "net of all time, in yuan"),
    maybe(Field::DaysSincePurchase, "days_since_purchase", Kind::Int, "距上次消费的天数", "days since the latest purchase"),
    maybe(Field::DaysSinceContact, "days_since_contact", Kind::Int, "距上次联系的天数", "days since the latest contact"),
    maybe(Field::DaysKnown, "days_known", Kind::Int, "建档天数", "days since which the shop knows the customer"),
    maybe(Field::Age, "age", Kind::Int, "年龄", "the age in years"),
    known(Field::BirthdayKnown, "birthday_known", Kind::Bool, "生日是否已知", "whether the birthday is known"),
    maybe(Field::BirthdayCalendar, "birthday_calendar", CALENDARS, "生日的历法", "the calendar of the birthday"),
    known(Field::Tags, "tags", Kind::Groups, "标签，按标签组：`tags.MAT`", "the tags of a group, as in `tags.MAT`"),
    known(Field::Links, "links", Kind::List, "关系人，如 spouse", "relations to other people, such as `spouse`"),
    known(Field::PartnerConsented, "partner_consented", Kind::Bool, "伴侣是否同意被提及", "whether the partner agreed to be spoken of"),
    maybe(Field::Risk, "risk", RISKS, "流失风险", "the risk of losing the customer"),
    maybe(Field::Points, "points", Kind::Int, "积分", "the customer's points"),
    known(Field::NCoupons, "n_coupons", Kind::Int, "未用的券数", "open coupons"),
    known(Field::OpenComplaint, "open_complaint", Kind::Bool, "是否有未结投诉", "whether a complaint is open"),
    maybe(Field::WeddingInDays, "wedding_in_days", Kind::Int, "距婚期的天数", "days until the wedding"),
    maybe(Field::Satisfaction, "satisfaction", Kind::Int, "最近一次满意度，1 至 5", "the latest satisfaction score, 1 to 5"),
    of_step(maybe(Field::Material, "material", Kind::Text, "锚点商品的材质", "the material of the anchor's piece")),
    of_step(maybe(Field::Category, "category", Kind::Text, "锚点商品的品类", "the category of the anchor's piece")),
    of_step(maybe(Field::Item, "item", Kind::Text, "锚点商品或所承诺商品的名称", "the name of the anchor's piece, or of the one that was promised")),
    of_step(maybe(Field::AmountYuan, "amount_yuan", Kind::Int, "锚点金额（元）", "the anchor's amount, in yuan")),
    of_step(known(Field::Secret, "secret", Kind::Bool, "锚点消费是否保密", "whether the anchor's purchase is hidden")),
    of_step(maybe(Field::Calendar, "calendar", CALENDARS, "锚点日期的历法", "the calendar of the anchor's date")),
    of_step(maybe(Field::CouponOpen, "coupon_open", Kind::Bool, "该步骤的券是否未用", "whether the run's coupon is open")),
    of_step(known(Field::DaysSinceAnchor, "days_since_anchor", Kind::Int, "距锚点的天数", "days since the anchor")),
    of_step(maybe(Field::Channel, "channel", CHANNELS, "联系渠道", "the channel of the contact")),
    of_step(maybe(Field::Score, "score", Kind::Int, "满意度评分，1 至 5", "the score given, 1 to 5")),
];

impl Field {
    /// Every field, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        ROWS.iter().map(|row| row.field)
    }

    /// The field of a name.
    pub fn named(name: &str) -> Option<Self> {
        ROWS.iter().find(|row| row.name == name).map(|row| row.field)
    }

    /// The field whose name looks most like a misspelt one, where one is near enough to be meant.
    pub fn nearest(name: &str) -> Option<Self> {
        let lower = name.to_lowercase();
        ROWS.iter()
            .map(|row| (edit_distance(&lower, row.name), row))
            .filter(|(distance, row)| *distance <= 1 + row.name.len() / 4)
            .min_by_key(|(distance, _)| *distance)
            .map(|(_, row)| row.field)
    }

    /// The name, as conditions write it.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The type.
    pub fn kind(self) -> Kind {
        self.row().kind
    }

    /// Whether it always has a value.
    pub fn presence(self) -> Presence {
        self.row().presence
    }

    /// Where it can be asked about: what a customer has can be asked in steps too.
    pub fn scope(self) -> Scope {
        self.row().scope
    }

    /// What it means.
    pub fn doc(self, lang: Lang) -> &'static str {
        match lang {
            Lang::Zh => self.row().zh,
            Lang::En => self.row().en,
        }
    }

    fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Channel;

    #[test]
    fn every_field_has_its_own_line_and_name() {
        for (idx, field) in Field::all().enumerate() {
            assert_eq!(field as usize, idx);
            assert_eq!(Field::named(field.name()), Some(field));
            assert!(!field.doc(Lang::Zh).is_empty() && !field.doc(Lang::En).is_empty());
        }
        assert_eq!(Field::Score as usize + 1, ROWS.len());
    }

    #[test]
    fn the_words_for_channels_are_those_of_plans() {
        let Kind::Word(words) = Field::Channel.kind() else { panic!("no words") };
        assert!(words.iter().all(|word| word.parse::<Channel>().is_ok()));
    }

    #[test]
    fn every_field_stands_in_the_documentation() {
        let page = include_str!("../../../../docs/conditions.md");
        for field in Field::all() {
            let kind = match field.kind() {
                Kind::Bool => "true or false".to_owned(),
                Kind::Int => "whole number".to_owned(),
                Kind::Text => "text".to_owned(),
                Kind::Word(words) => words.iter().map(|word| format!("`\"{word}\"`")).collect::<Vec<_>>().join(" "),
                Kind::List => "list of texts".to_owned(),
                Kind::Groups => "lists of texts by group".to_owned(),
            };
            let kind = if field.presence() == Presence::MayBeMissing { format!("{kind}, or missing") } else { kind };
            let row = format!("| `{}` | {kind} | {} |", field.name(), field.doc(Lang::En));
            assert!(page.contains(&row), "docs/conditions.md lacks the row:\n{row}");
        }
    }
}
