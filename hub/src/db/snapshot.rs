//! Pages of what lives in a feed, in the order of customers, kinds and ids, each read in one statement.

use futures_util::TryStreamExt;
use guide_common::wire::hub::{Item, MAX_PAGE_BYTES};
use sqlx::Row;

use super::page::{FeedState, epoch, feed_state, item};
use super::{Conn, directory, signed, text};
use crate::error::{DatabaseContext, HubError};

/// The place of an entity in this order; the default is before all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Place(String, String, String);

impl Place {
    /// The place as one word that can stand in a query.
    pub fn word(&self) -> Result<String, HubError> {
        Ok(directory::json(self)?.bytes().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The place of a word, or `None` where no page ended with it.
    pub fn of(word: &str) -> Option<Self> {
        let digits: Option<Vec<u32>> = word.chars().map(|digit| digit.to_digit(16)).collect();
        let digits = digits.filter(|digits| digits.len().is_multiple_of(2))?;
        let bytes: Option<Vec<u8>> = digits.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).ok()).collect();
        let place: Self = serde_json::from_slice(&bytes?).ok()?;
        // a text with this character cannot be asked for, and stands in no row
        [&place.0, &place.1, &place.2].iter().all(|text| !text.contains('\0')).then_some(place)
    }
}

/// What lives in a feed behind a place.
#[derive(Debug)]
pub struct SnapshotPage {
    /// The feed when this page was read.
    pub state: FeedState,
    /// The items.
    pub items: Vec<Item>,
    /// The place of the last one, where there are more.
    pub next: Option<Place>,
}

/// Reads what lives behind a place: at most `limit` items, and no more than [`MAX_PAGE_BYTES`] of bodies unless the first
/// body alone is larger. `None` where there is no such feed.
pub async fn read(
    conn: &mut Conn,
    guide_id: &str,
    after: &Place,
    limit: usize,
) -> Result<Option<SnapshotPage>, HubError> {
    let query = sqlx::query(concat!(
        "SELECT ",
        epoch!(),
        ", f.head, f.n_live, f.digest, f.floor, e.kind, e.id, e.customer_id, e.seq, e.rev, e.deleted, e.body \
         FROM guide_feed f LEFT JOIN (\
             SELECT guide_id, kind, id, customer_id, seq, rev, deleted, body FROM entity \
             WHERE guide_id = $1 AND deleted = 0 AND (customer_id, kind, id) > ($2, $3, $4) \
             ORDER BY customer_id, kind, id LIMIT $5\
         ) e ON e.guide_id = f.guide_id \
         WHERE f.guide_id = $1 ORDER BY e.customer_id, e.kind, e.id",
    ));
    let Place(customer, kind, id) = after;
    let query = query.bind(guide_id).bind(customer).bind(kind).bind(id).bind(signed(limit as u64 + 1));
    // read row by row: a thousand large bodies are never in memory at once
    let mut rows = query.fetch(conn);
    let mut page: Option<SnapshotPage> = None;
    let mut n_bytes = 0;
    let mut last = None;
    while let Some(row) = rows.try_next().await.doing("reading a page of a snapshot")? {
        let page = match &mut page {
            Some(page) => page,
            none => none.insert(SnapshotPage { state: feed_state(&row, 0)?, items: Vec::new(), next: None }),
        };
        if row.try_get::<Option<String>, _>(5).doing("reading a row")?.is_none() {
            break;
        }
        let item = item(&row)?;
        n_bytes += item.body.as_ref().map_or(0, |body| body.get().len());
        if page.items.len() == limit || (n_bytes > MAX_PAGE_BYTES && !page.items.is_empty()) {
            page.next = last;
            break;
        }
        last = Some(Place(text(&row, 7)?, item.kind.clone(), item.id.clone()));
        page.items.push(item);
    }
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_comes_back_from_its_word_and_a_foreign_word_is_none() {
        let place = Place("顾客 1".to_owned(), "fact".to_owned(), "a\"b".to_owned());
        assert_eq!(Place::of(&place.word().unwrap()), Some(place));
        let nul = Place("a\0".to_owned(), String::new(), String::new()).word().unwrap();
        for word in ["", "0", "zz", "7b7d", "+1", "é1", &nul] {
            assert_eq!(Place::of(word), None, "{word}");
        }
    }
}
