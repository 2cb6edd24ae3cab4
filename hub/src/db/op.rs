//! The ops that were answered, each with the answer as it was given.

use guide_common::wire::hub::OpResult;
use sqlx::AssertSqlSafe;

use super::directory::json;
use super::{Conn, MAX_ROWS, count, placeholders, signed, text};
use crate::error::{DatabaseContext, HubError};

/// How the instant of an answer is written: the order of the texts is that of the instants.
pub const AT: &str = "%Y-%m-%dT%H:%M:%SZ";

/// An op that was answered before.
#[derive(Clone, Debug)]
pub struct Answered {
    /// The hash of its payload.
    pub hash: String,
    /// The answer's JSON.
    pub answer: String,
    /// Whether the same payload would be answered so at any time.
    pub is_final: bool,
}

/// An op to record with its answer.
#[derive(Clone, Debug)]
pub struct NewAnswer {
    /// The op.
    pub op_id: String,
    /// Its answer.
    pub answered: Answered,
}

/// Records answers; one that was not final is replaced.
pub async fn record(conn: &mut Conn, guide_id: &str, device_id: &str, answers: &[NewAnswer]) -> Result<(), HubError> {
    let at = chrono::Utc::now().format(AT).to_string();
    for answers in answers.chunks(MAX_ROWS) {
        let sql = format!(
            "INSERT INTO applied_ops (guide_id, op_id, hash, answer, final, device_id, at) VALUES {} \
             ON CONFLICT (guide_id, op_id) DO UPDATE SET hash = excluded.hash, answer = excluded.answer, \
             final = excluded.final, device_id = excluded.device_id, at = excluded.at",
            placeholders(1, answers.len(), 7)
        );
        // safe: only numbered placeholders are put into the text
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for NewAnswer { op_id, answered } in answers {
            query = query.bind(guide_id).bind(op_id).bind(&answered.hash).bind(&answered.answer);
            query = query.bind(i64::from(answered.is_final)).bind(device_id).bind(&at);
        }
        query.execute(&mut *conn).await.doing("recording answered ops")?;
    }
    Ok(())
}

/// An op as support sees it.
#[derive(Clone, Debug)]
pub struct Taken {
    /// The op.
    pub op_id: String,
    /// Which terminal sent it.
    pub device_id: String,
    /// When it was answered, RFC 3339.
    pub at: String,
    /// The answer's JSON.
    pub answer: String,
}

/// The ops of a guide that were answered last, the latest first; with a result only those that were answered so.
pub async fn latest(
    conn: &mut Conn,
    guide_id: &str,
    result: Option<OpResult>,
    limit: usize,
) -> Result<Vec<Taken>, HubError> {
    let result = result.map(|result| json(&result)).transpose()?;
    let pattern = result.map_or("%".to_owned(), |result| format!("%\"result\":{result}%"));
    let rows = sqlx::query(
        "SELECT op_id, device_id, at, answer FROM applied_ops WHERE guide_id = $1 AND answer LIKE $2 \
         ORDER BY at DESC, op_id DESC LIMIT $3",
    )
    .bind(guide_id)
    .bind(pattern)
    .bind(signed(limit as u64))
    .fetch_all(conn)
    .await
    .doing("reading the last ops")?;
    let taken =
        |row| Ok(Taken { op_id: text(row, 0)?, device_id: text(row, 1)?, at: text(row, 2)?, answer: text(row, 3)? });
    rows.iter().map(taken).collect()
}

/// How many ops of a guide are recorded as rejected.
pub async fn n_rejected(conn: &mut Conn, guide_id: &str) -> Result<u64, HubError> {
    let pattern = format!("%\"result\":{}%", json(&OpResult::Rejected)?);
    let row = sqlx::query("SELECT COUNT(*) FROM applied_ops WHERE guide_id = $1 AND answer LIKE $2");
    count(&row.bind(guide_id).bind(pattern).fetch_one(conn).await.doing("counting rejected ops")?, 0)
}
