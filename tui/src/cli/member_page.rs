//! What `guide customer show` says of a customer beside purchases and contacts.

use chrono::NaiveDate;
use guide_common::text::{Lines, sanitise};
use guide_common::wire::card::CustomerCard;

use crate::cli::context::Context;
use crate::cli::note;
use crate::lang::{member, pick};

/// The lines, those without content left out.
pub(crate) fn lines(card: &CustomerCard, today: NaiveDate, context: &Context) -> String {
    let parts = member::lines(&card.member, today, context.lang);
    let mut page = String::new();
    for line in parts {
        page.push_str(&sanitise(&line.join(" · "), Lines::One, 400));
        page.push('\n');
    }
    if !card.notes.is_empty() {
        page.push_str(&format!("\n{}\n", pick(context.lang, ("备注", "Notes"))));
        for row in card.notes.iter().take(5) {
            page.push_str(&format!("  {}\n", note::line(row, context)));
        }
    }
    page
}
