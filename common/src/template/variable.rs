//! The variables that a template may use (模板变量): one table of their names in both languages and their meaning.

use crate::toml_file::edit_distance;

/// A variable of the notation. Where its value comes from stands in `docs/templates.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Variable {
    /// How the customer is addressed.
    Salutation,
    /// The guide's name.
    Guide,
    /// The shop's name.
    Store,
    /// The shop's phone.
    Phone,
    /// The piece that was bought, or that was promised.
    Item,
    /// Its material.
    Material,
    /// When it was bought.
    BoughtOn,
    /// An anniversary's name.
    Anniversary,
    /// An anniversary's date.
    AnniversaryOn,
    /// Which anniversary it is.
    AnniversaryYears,
    /// A coupon's name.
    Coupon,
    /// What a coupon is worth.
    FaceValue,
    /// A coupon's code.
    CouponCode,
    /// A coupon's last day.
    CouponUntil,
    /// The customer's points.
    Points,
    /// The member's level.
    Level,
    /// What is missing to the next level.
    ToNextLevel,
    /// The day of a visit.
    VisitOn,
    /// The hour of a visit.
    VisitTime,
    /// The shop's gold price a gram.
    GoldPrice,
    /// When that price was read.
    GoldPriceAt,
    /// What care the material needs.
    Care,
    /// When it was last cared for.
    LastCareOn,
    /// A campaign's name.
    Campaign,
    /// A last day.
    Deadline,
    /// Where the rules are published.
    Rules,
    /// What was promised.
    Promise,
    /// The guide who takes over.
    Successor,
    /// A job ticket's number.
    JobNo,
    /// The wedding's date.
    WeddingOn,
    /// Days left until then.
    DaysLeft,
}

/// Variable, Chinese name, English name.
const NAMES: [(Variable, &str, &str); 31] = [
    (Variable::Salutation, "称呼", "salutation"),
    (Variable::Guide, "导购", "guide"),
    (Variable::Store, "门店", "store"),
    (Variable::Phone, "电话", "phone"),
    (Variable::Item, "商品", "item"),
    (Variable::Material, "材质", "material"),
    (Variable::BoughtOn, "购买日", "bought_on"),
    (Variable::Anniversary, "纪念日", "anniversary"),
    (Variable::AnniversaryOn, "纪念日期", "anniversary_on"),
    (Variable::AnniversaryYears, "纪念年数", "anniversary_years"),
    (Variable::Coupon, "券名", "coupon"),
    (Variable::FaceValue, "面额", "face_value"),
    (Variable::CouponCode, "券码", "coupon_code"),
    (Variable::CouponUntil, "券到期", "coupon_until"),
    (Variable::Points, "积分", "points"),
    (Variable::Level, "等级", "level"),
    (Variable::ToNextLevel, "距升级", "to_next_level"),
    (Variable::VisitOn, "预约日", "visit_on"),
    (Variable::VisitTime, "时段", "visit_time"),
    (Variable::GoldPrice, "今日金价", "gold_price"),
    (Variable::GoldPriceAt, "金价时间", "gold_price_at"),
    (Variable::Care, "保养项目", "care"),
    (Variable::LastCareOn, "上次保养", "last_care_on"),
    (Variable::Campaign, "活动", "campaign"),
    (Variable::Deadline, "截止", "deadline"),
    (Variable::Rules, "公示", "rules"),
    (Variable::Promise, "承诺", "promise"),
    (Variable::Successor, "接任人", "successor"),
    (Variable::JobNo, "单号", "job_no"),
    (Variable::WeddingOn, "婚期", "wedding_on"),
    (Variable::DaysLeft, "剩余天数", "days_left"),
];

impl Variable {
    /// Every variable, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        NAMES.iter().map(|(variable, _, _)| *variable)
    }

    /// The variable of this Chinese or English name.
    pub fn named(name: &str) -> Option<Self> {
        NAMES.iter().find(|(_, zh, en)| name == *zh || name == *en).map(|(variable, _, _)| *variable)
    }

    /// The Chinese name.
    pub fn zh(self) -> &'static str {
        self.names().0
    }

    /// The English name, a plain identifier.
    pub fn en(self) -> &'static str {
        self.names().1
    }

    /// The name that looks most like a misspelt one, where one is near enough to be meant.
    pub fn nearest(name: &str) -> Option<&'static str> {
        let lower = name.to_lowercase();
        let n_chars = name.chars().count();
        NAMES
            .iter()
            .flat_map(|(_, zh, en)| [*zh, *en])
            .map(|known| (edit_distance(&lower, known), known))
            .filter(|(distance, known)| distance * 2 <= n_chars.max(known.chars().count()))
            .min_by_key(|(distance, _)| *distance)
            .map(|(_, known)| known)
    }

    fn names(self) -> (&'static str, &'static str) {
        NAMES.iter().find(|(variable, _, _)| *variable == self).map_or(("", ""), |(_, zh, en)| (zh, en))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variable_has_one_name_in_each_language() {
        for variable in Variable::all() {
            assert_eq!(Variable::named(variable.zh()), Some(variable));
            assert_eq!(Variable::named(variable.en()), Some(variable));
        }
        let mut names: Vec<_> = Variable::all().flat_map(|v| [v.zh(), v.en()]).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 2 * NAMES.len());
    }

    #[test]
    fn english_names_are_plain_identifiers() {
        for variable in Variable::all() {
            assert!(variable.en().chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{}", variable.en());
        }
    }

    #[test]
    fn a_misspelt_name_finds_the_one_that_is_meant() {
        for (misspelt, meant) in [
            ("称乎", Some("称呼")),
            ("购买日期", Some("购买日")),
            ("Salutation", Some("salutation")),
            ("salutaion", Some("salutation")),
            ("bought", Some("bought_on")),
            ("天气", None),
            ("weather_forecast", None),
        ] {
            assert_eq!(Variable::nearest(misspelt), meant, "{misspelt}");
        }
    }
}
