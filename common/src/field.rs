//! Fields of a customer that can be edited: one table of who owns each and what form its values have. What headquarters
//! owns is headquarters' word where it has one; what the guides own goes to the last writer in headquarters' order.

pub mod claim;
mod form;
pub mod why;
pub mod word;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::customer::{Customer, Tier};
use crate::field::form::Form;
use crate::outcome::Refusal;
use crate::sop::plan::Text;

/// A value given to a field, or taken away. The field's name and its value are texts, so that a version that does not
/// know the field keeps and shows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldEdit {
    /// The shop-local day.
    pub on: NaiveDate,
    /// The field's name, see [`CustomerField::name`].
    pub field: String,
    /// The value; none clears the field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

impl FieldEdit {
    /// Whether the value has its field's form; any value has that of a field that this version does not know.
    pub fn check(&self) -> Result<(), Refusal> {
        let Some((field, value)) = CustomerField::named(&self.field).zip(self.value.as_deref()) else {
            return Ok(());
        };
        field.normal(value).map(|_| ()).ok_or(Refusal::MalformedValue)
    }
}

/// Whose word counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// Headquarters' own, where it has a value; where it has none, the last word of a guide stands in for it.
    Headquarters,
    /// The guides': the last one whom headquarters heard, whatever was imported.
    #[serde(other)]
    Guide,
}

/// A field that can be edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the table says what each is")]
pub enum CustomerField {
    Name,
    Phone,
    Birthday,
    Tier,
    Store,
    SinceOn,
    WecomOn,
    LeadOn,
    Salutation,
    WeddingOn,
    RingSize,
    BraceletSize,
    NecklaceSize,
    PreferredContactTime,
    Occupation,
    Reading,
}

/// A line of the table.
struct Row {
    field: CustomerField,
    name: &'static str,
    owner: Owner,
    form: Form,
    zh: &'static str,
    en: &'static str,
}

const fn headquarters(field: CustomerField, name: &'static str, form: Form, zh: &'static str, en: &'static str) -> Row {
    Row { field, name, owner: Owner::Headquarters, form, zh, en }
}

const fn guides(field: CustomerField, name: &'static str, form: Form, zh: &'static str, en: &'static str) -> Row {
    Row { field, name, owner: Owner::Guide, form, zh, en }
}

/// In the order of [`CustomerField`].
#[rustfmt::skip]
const ROWS: [Row; 16] = [
    headquarters(CustomerField::Name, "name", Form::Line, "姓名", "name"),
    headquarters(CustomerField::Phone, "phone", Form::Phone, "手机号", "phone"),
    headquarters(CustomerField::Birthday, "birthday", Form::Birthday, "生日", "birthday"),
    headquarters(CustomerField::Tier, "tier", Form::Tier, "客户分层", "tier"),
    headquarters(CustomerField::Store, "store", Form::Store, "门店", "shop"),
    headquarters(CustomerField::SinceOn, "since_on", Form::Day, "建档日期", "known since"),
    headquarters(CustomerField::WecomOn, "wecom_on", Form::Day, "企微添加日期", "WeCom contact since"),
    headquarters(CustomerField::LeadOn, "lead_on", Form::Day, "线索日期", "lead since"),
    guides(CustomerField::Salutation, "salutation", Form::Line, "称呼", "salutation"),
    guides(CustomerField::WeddingOn, "wedding_on", Form::Day, "婚期", "wedding day"),
    guides(CustomerField::RingSize, "ring_size", Form::Line, "戒圈号", "ring size"),
    guides(CustomerField::BraceletSize, "bracelet_size", Form::Line, "手镯圈口", "bracelet size"),
    guides(CustomerField::NecklaceSize, "necklace_size", Form::Line, "链长", "necklace length"),
    guides(CustomerField::PreferredContactTime, "preferred_contact_time", Form::Line, "方便联系的时间", "preferred time"),
    guides(CustomerField::Occupation, "occupation", Form::Line, "职业", "occupation"),
    guides(CustomerField::Reading, "reading", Form::Reading, "读音", "reading of the name"),
];

impl CustomerField {
    /// Every field, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        ROWS.iter().map(|row| row.field)
    }

    /// The field of a name, in either language.
    pub fn named(name: &str) -> Option<Self> {
        let is_it = |row: &&Row| row.name == name || row.zh == name;
        ROWS.iter().find(is_it).map(|row| row.field)
    }

    /// The name, as ops write it.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// What people call it.
    pub fn label(self) -> Text {
        Text { zh: self.row().zh.to_owned(), en: self.row().en.to_owned() }
    }

    /// Whose word counts.
    pub fn owner(self) -> Owner {
        self.row().owner
    }

    /// The value in its field's form, where it has it: `2026-10-01`, `08-05`, `lunar 1995-08-05`, a phone's digits.
    pub fn normal(self, value: &str) -> Option<String> {
        self.row().form.normal(value)
    }

    /// How a value of the field is written.
    pub fn example(self) -> &'static str {
        self.row().form.example()
    }

    /// The value that headquarters' document has; a generated name is none.
    pub fn of_document(self, customer: &Customer) -> Option<String> {
        match self {
            Self::Name => (!customer.name_generated).then(|| customer.name.clone()),
            Self::Phone => customer.phone.clone(),
            Self::Birthday => customer.birthday.map(form::birthday_text),
            Self::Tier => Some(customer.tier.letter().to_owned()),
            Self::Store => customer.store.as_ref().map(ToString::to_string),
            Self::SinceOn => customer.since_on.as_ref().map(NaiveDate::to_string),
            Self::WecomOn => customer.wecom_on.as_ref().map(NaiveDate::to_string),
            Self::LeadOn => customer.lead_on.as_ref().map(NaiveDate::to_string),
            Self::Salutation => customer.salutation.clone(),
            Self::WeddingOn => customer.wedding_on.as_ref().map(NaiveDate::to_string),
            other => form::extra(customer, other.name()),
        }
    }

    /// Puts a value in the place of the document's; one without the field's form is left out.
    fn put(self, customer: &mut Customer, value: Option<&str>) {
        let value = value.and_then(|value| self.normal(value));
        let day = || value.as_deref().and_then(|value| value.parse().ok());
        match self {
            Self::Name => {
                if let Some(name) = value {
                    (customer.name, customer.name_generated) = (name, false);
                }
            }
            Self::Phone => customer.phone = value,
            Self::Birthday => customer.birthday = value.as_deref().and_then(form::birthday),
            Self::Tier => customer.tier = value.as_deref().and_then(form::tier).unwrap_or(Tier::Unknown),
            Self::Store => customer.store = value.as_deref().and_then(|value| value.parse().ok()),
            Self::SinceOn => customer.since_on = day(),
            Self::WecomOn => customer.wecom_on = day(),
            Self::LeadOn => customer.lead_on = day(),
            Self::Salutation => customer.salutation = value,
            Self::WeddingOn => customer.wedding_on = day(),
            other => {
                customer.extra.remove(other.name());
                customer.extra.extend(value.map(|value| (other.name().to_owned(), value.into())));
            }
        }
    }

    fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_its_own_line_and_name() {
        for (idx, field) in CustomerField::all().enumerate() {
            assert_eq!(field as usize, idx);
            assert_eq!(CustomerField::named(field.name()), Some(field));
            assert_eq!(CustomerField::named(&field.label().zh), Some(field));
        }
    }

    #[test]
    fn what_is_put_into_a_field_is_what_its_document_has() {
        let mut customer = Customer::new("C1".parse().unwrap(), "王宁".to_owned());
        for field in CustomerField::all() {
            let value = match field.row().form {
                Form::Line => "右手 13",
                Form::Reading => "shan ya ning",
                Form::Phone => "13800000001",
                Form::Day => "2026-10-01",
                Form::Birthday => "lunar 1995-08-05",
                Form::Tier => "A",
                Form::Store => "S01",
            };
            field.put(&mut customer, Some(value));
            assert_eq!(field.of_document(&customer).as_deref(), Some(value), "{field:?}");
        }
        let read: Customer = serde_json::from_value(serde_json::to_value(&customer).unwrap()).unwrap();
        assert_eq!(read, customer);
        CustomerField::RingSize.put(&mut customer, None);
        assert_eq!(CustomerField::RingSize.of_document(&customer), None);
    }
}
