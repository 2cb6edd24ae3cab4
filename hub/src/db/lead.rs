//! What the hub must know of a lead that a guide entered: who has its phone number, and how many the guide has entered.

use std::collections::BTreeMap;

use sqlx::AssertSqlSafe;

use super::feed::kind;
use super::{Conn, Engine, MAX_ROWS, count, placeholders, text};
use crate::error::{DatabaseContext, HubError};

/// The customers who have phone numbers, by number, wherever they live; each once.
pub async fn with_phones(
    conn: &mut Conn,
    engine: Engine,
    phones: &[&str],
) -> Result<BTreeMap<String, Vec<String>>, HubError> {
    // as the index has it
    let phone = match engine {
        Engine::Sqlite => "json_extract(body, '$.phone')",
        Engine::Postgres => "(body::jsonb ->> 'phone')",
    };
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for phones in phones.chunks(MAX_ROWS) {
        // the kind as a text, so that the partial index can serve
        let sql = format!(
            "SELECT DISTINCT {phone}, id FROM entity WHERE kind = '{}' AND deleted = 0 AND {phone} IN {} ORDER BY id",
            kind::CUSTOMER,
            placeholders(1, 1, phones.len())
        );
        // safe: only words of this program and numbered placeholders are put into the text
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for phone in phones {
            query = query.bind(*phone);
        }
        for row in query.fetch_all(&mut *conn).await.doing("looking for phone numbers")? {
            found.entry(text(&row, 0)?).or_default().push(text(&row, 1)?);
        }
    }
    Ok(found)
}

/// How many leads a guide has entered who are the guide's customers still.
pub async fn n_of_guide(conn: &mut Conn, guide_id: &str) -> Result<u64, HubError> {
    let row = sqlx::query("SELECT COUNT(*) FROM customer_owner WHERE guide_id = $1 AND customer_id LIKE 'L-%'");
    count(&row.bind(guide_id).fetch_one(conn).await.doing("counting leads")?, 0)
}
