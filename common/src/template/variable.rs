//! The variables that a template may use (模板变量): one table of their names in both languages and their kinds.

use crate::sop::plan::Lang;
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

/// What a variable's value is. How a kind is written in each language stands in [`super::value`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Words, of one line.
    Text,
    /// A shop-local day.
    Date,
    /// A time of the day.
    Time,
    /// A shop-local day and time.
    Moment,
    /// Money.
    Amount,
    /// Money a gram, read at an instant.
    Price,
    /// A count.
    Number,
    /// A place in a row: 3rd.
    Ordinal,
}

/// Variable, Chinese name, English name, kind.
const TABLE: [(Variable, &str, &str, Kind); 31] = [
    (Variable::Salutation, "称呼", "salutation", Kind::Text),
    (Variable::Guide, "导购", "guide", Kind::Text),
    (Variable::Store, "门店", "store", Kind::Text),
    (Variable::Phone, "电话", "phone", Kind::Text),
    (Variable::Item, "商品", "item", Kind::Text),
    (Variable::Material, "材质", "material", Kind::Text),
    (Variable::BoughtOn, "购买日", "bought_on", Kind::Date),
    (Variable::Anniversary, "纪念日", "anniversary", Kind::Text),
    (Variable::AnniversaryOn, "纪念日期", "anniversary_on", Kind::Date),
    (Variable::AnniversaryYears, "纪念年数", "anniversary_years", Kind::Ordinal),
    (Variable::Coupon, "券名", "coupon", Kind::Text),
    (Variable::FaceValue, "面额", "face_value", Kind::Amount),
    (Variable::CouponCode, "券码", "coupon_code", Kind::Text),
    (Variable::CouponUntil, "券到期", "coupon_until", Kind::Date),
    (Variable::Points, "积分", "points", Kind::Number),
    (Variable::Level, "等级", "level", Kind::Text),
    (Variable::ToNextLevel, "距升级", "to_next_level", Kind::Amount),
    (Variable::VisitOn, "预约日", "visit_on", Kind::Date),
    (Variable::VisitTime, "时段", "visit_time", Kind::Time),
    (Variable::GoldPrice, "今日金价", "gold_price", Kind::Price),
    (Variable::GoldPriceAt, "金价时间", "gold_price_at", Kind::Moment),
    (Variable::Care, "保养项目", "care", Kind::Text),
    (Variable::LastCareOn, "上次保养", "last_care_on", Kind::Date),
    (Variable::Campaign, "活动", "campaign", Kind::Text),
    (Variable::Deadline, "截止", "deadline", Kind::Date),
    (Variable::Rules, "公示", "rules", Kind::Text),
    (Variable::Promise, "承诺", "promise", Kind::Text),
    (Variable::Successor, "接任人", "successor", Kind::Text),
    (Variable::JobNo, "单号", "job_no", Kind::Text),
    (Variable::WeddingOn, "婚期", "wedding_on", Kind::Date),
    (Variable::DaysLeft, "剩余天数", "days_left", Kind::Number),
];

/// A longer name is no misspelling of any in the table.
const MAX_MISSPELT_CHARS: usize = 40;

impl Variable {
    /// Every variable, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|(variable, ..)| *variable)
    }

    /// The variable of this Chinese or English name.
    pub fn named(name: &str) -> Option<Self> {
        TABLE.iter().find(|(_, zh, en, _)| name == *zh || name == *en).map(|(variable, ..)| *variable)
    }

    /// The Chinese name.
    pub fn zh(self) -> &'static str {
        self.row().1
    }

    /// The English name, a plain identifier.
    pub fn en(self) -> &'static str {
        self.row().2
    }

    /// The name in a language.
    pub fn name(self, lang: Lang) -> &'static str {
        match lang {
            Lang::Zh => self.zh(),
            Lang::En => self.en(),
        }
    }

    /// What its value is.
    pub fn kind(self) -> Kind {
        self.row().3
    }

    /// Whether its value says something of a purchase or of a day that a gift is for: none of that is said to
    /// whoever a surprise is kept from.
    pub fn tells_of_a_gift(self) -> bool {
        matches!(
            self,
            Self::Item
                | Self::Material
                | Self::BoughtOn
                | Self::Care
                | Self::LastCareOn
                | Self::Anniversary
                | Self::AnniversaryOn
                | Self::AnniversaryYears
        )
    }

    /// The name that looks most like a misspelt one, where one is near enough to be meant.
    pub fn nearest(name: &str) -> Option<&'static str> {
        let lower = name.to_lowercase();
        let n_chars = name.chars().count();
        if n_chars > MAX_MISSPELT_CHARS {
            return None;
        }
        TABLE
            .iter()
            .flat_map(|(_, zh, en, _)| [*zh, *en])
            .map(|known| (edit_distance(&lower, known), known))
            .filter(|(distance, known)| distance * 2 <= n_chars.max(known.chars().count()))
            .min_by_key(|(distance, _)| *distance)
            .map(|(_, known)| known)
    }

    /// Variables stand in the table in the order of their declaration, which a test keeps so.
    fn row(self) -> &'static (Self, &'static str, &'static str, Kind) {
        &TABLE[self as usize]
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
        assert_eq!(names.len(), 2 * TABLE.len());
    }

    #[test]
    fn the_table_has_the_variables_in_the_order_of_their_declaration() {
        for (idx, (variable, ..)) in TABLE.iter().enumerate() {
            assert_eq!(*variable as usize, idx, "{variable:?}");
        }
        assert_eq!(Variable::DaysLeft as usize, TABLE.len() - 1);
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
