//! Choosing among what is open over all customers: by the record, or by the customer where there is only one.

use guide_common::id::OpId;
use guide_common::wire::card::Of;

use crate::cli::context::Context;
use crate::cli::failure::{Answer, Failure};
use crate::text;

/// Only a customer's rows, where one is named.
pub(crate) fn of_customer<T>(mut rows: Vec<Of<T>>, customer: Option<String>, context: &Context) -> Answer<Vec<Of<T>>> {
    if let Some(customer) = customer.map(|customer| context.customer_id(&customer)).transpose()? {
        rows.retain(|of| of.customer == customer);
    }
    Ok(rows)
}

/// The one row that a word names: its record, the beginning of it, or its customer.
pub(crate) fn one<'r, T>(
    rows: &'r [Of<T>],
    word: &str,
    op_id: impl Fn(&T) -> OpId,
    context: &Context,
) -> Answer<&'r Of<T>> {
    let mut named = rows.iter().filter(|of| {
        let is_record = word.len() >= 4 && op_id(&of.row).to_string().starts_with(word);
        is_record || of.customer.as_str() == word
    });
    match (named.next(), named.next()) {
        (Some(of), None) => Ok(of),
        (Some(_), Some(_)) => Err(Failure::Usage(text!(
            context.lang,
            "“{word}”不止一条；写完整的记录编号",
            "{word:?} names more than one; give the whole record"
        ))),
        (None, _) => Err(Failure::Failed(text!(
            context.lang,
            "没有未结的“{word}”；用 list 查看记录编号",
            "nothing open is named {word:?}; list shows the records"
        ))),
    }
}
