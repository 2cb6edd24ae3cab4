//! The ops that were answered, each with the answer as it was given.

use std::collections::HashMap;

use sqlx::AssertSqlSafe;

use super::{Conn, MAX_ROWS, int, placeholders, text};
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

/// The answers of a guide's ops, by op id.
pub async fn load(conn: &mut Conn, guide_id: &str, op_ids: &[String]) -> Result<HashMap<String, Answered>, HubError> {
    let mut found = HashMap::new();
    for op_ids in op_ids.chunks(MAX_ROWS) {
        let sql = format!(
            "SELECT op_id, hash, answer, final FROM applied_ops WHERE guide_id = $1 AND op_id IN {}",
            placeholders(2, 1, op_ids.len())
        );
        // safe: only numbered placeholders are put into the text
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(guide_id);
        for op_id in op_ids {
            query = query.bind(op_id);
        }
        for row in query.fetch_all(&mut *conn).await.doing("reading answered ops")? {
            let answered = Answered { hash: text(&row, 1)?, answer: text(&row, 2)?, is_final: int(&row, 3)? != 0 };
            found.insert(text(&row, 0)?, answered);
        }
    }
    Ok(found)
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
