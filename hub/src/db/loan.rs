//! Which customers are on loan to a deputy, and which of them must be looked at: a count of changes on either side, and
//! the count up to which both feeds have been brought together.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use sqlx::AssertSqlSafe;

use super::{Conn, MAX_ROWS, int, placeholders, text};
use crate::error::{DatabaseContext, HubError};

/// A customer on loan, or who was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoanRow {
    /// Whose dues were handed over.
    pub customer: String,
    /// To whom.
    pub deputy: String,
    /// The last day.
    pub until_on: NaiveDate,
    /// Whether the deputy's copies are gone.
    pub ended: bool,
    /// How many changes there were on either side.
    pub n_changes: i64,
}

/// Enters a loan, in the transaction that records it. One that is there goes on until the later day.
pub async fn enter(conn: &mut Conn, customer: &str, deputy: &str, until_on: NaiveDate) -> Result<(), HubError> {
    sqlx::query(
        "INSERT INTO loan (customer_id, deputy_id, until_on, ended, n_changes, n_carried) VALUES ($1, $2, $3, 0, 1, 0) \
         ON CONFLICT (customer_id, deputy_id) DO UPDATE SET ended = 0, n_changes = loan.n_changes + 1, \
         until_on = CASE WHEN loan.until_on < excluded.until_on THEN excluded.until_on ELSE loan.until_on END",
    )
    .bind(customer)
    .bind(deputy)
    .bind(until_on.to_string())
    .execute(conn)
    .await
    .doing("entering a loan")?;
    Ok(())
}

/// Notes that something changed of customers, in the transaction that changes it; returns whether one of them is on
/// loan. Rows are locked in their order, so that two transactions never wait for each other.
pub async fn touch(conn: &mut Conn, customers: &BTreeSet<&str>) -> Result<bool, HubError> {
    let customers: Vec<&str> = customers.iter().copied().collect();
    let mut lent: BTreeSet<String> = BTreeSet::new();
    for customers in customers.chunks(MAX_ROWS) {
        let sql = format!(
            "SELECT DISTINCT customer_id FROM loan WHERE customer_id IN {}",
            placeholders(1, 1, customers.len())
        );
        // safe: only numbered placeholders are put into the text
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for customer in customers {
            query = query.bind(*customer);
        }
        for row in query.fetch_all(&mut *conn).await.doing("looking for loans")? {
            lent.insert(text(&row, 0)?);
        }
    }
    for customer in &lent {
        sqlx::query("UPDATE loan SET n_changes = n_changes + 1 WHERE customer_id = $1")
            .bind(customer)
            .execute(&mut *conn)
            .await
            .doing("noting a change of a customer on loan")?;
    }
    Ok(!lent.is_empty())
}

/// The loans of which something changed, or whose last day is over by a date.
pub async fn open(conn: &mut Conn, today: Option<NaiveDate>) -> Result<Vec<LoanRow>, HubError> {
    let rows = sqlx::query(
        "SELECT customer_id, deputy_id, until_on, ended, n_changes FROM loan \
         WHERE n_carried < n_changes OR (ended = 0 AND until_on < $1) ORDER BY deputy_id, customer_id",
    )
    .bind(today.map(|today| today.to_string()).unwrap_or_default())
    .fetch_all(conn)
    .await
    .doing("reading the loans to look at")?;
    rows.iter().map(loan).collect()
}

/// The loans to a deputy, those that ended too.
pub async fn of_deputy(conn: &mut Conn, deputy: &str) -> Result<Vec<LoanRow>, HubError> {
    let rows = sqlx::query(
        "SELECT customer_id, deputy_id, until_on, ended, n_changes FROM loan WHERE deputy_id = $1 ORDER BY customer_id",
    )
    .bind(deputy)
    .fetch_all(conn)
    .await
    .doing("reading a deputy's loans")?;
    rows.iter().map(loan).collect()
}

/// Notes that both sides agree as of the changes that `row` counts.
pub async fn carried(conn: &mut Conn, row: &LoanRow) -> Result<(), HubError> {
    sqlx::query(
        "UPDATE loan SET n_carried = $1, until_on = $2, ended = $3 \
         WHERE customer_id = $4 AND deputy_id = $5 AND n_carried <= $1",
    )
    .bind(row.n_changes)
    .bind(row.until_on.to_string())
    .bind(i64::from(row.ended))
    .bind(&row.customer)
    .bind(&row.deputy)
    .execute(conn)
    .await
    .doing("noting that a loan was carried over")?;
    Ok(())
}

/// Forgets a loan.
pub async fn forget(conn: &mut Conn, row: &LoanRow) -> Result<(), HubError> {
    sqlx::query("DELETE FROM loan WHERE customer_id = $1 AND deputy_id = $2")
        .bind(&row.customer)
        .bind(&row.deputy)
        .execute(conn)
        .await
        .doing("forgetting a loan")?;
    Ok(())
}

/// Forgets loans that ended before a day.
pub async fn forget_before(conn: &mut Conn, day: NaiveDate) -> Result<(), HubError> {
    sqlx::query("DELETE FROM loan WHERE ended = 1 AND n_changes = n_carried AND until_on < $1")
        .bind(day.to_string())
        .execute(conn)
        .await
        .doing("forgetting old loans")?;
    Ok(())
}

fn loan(row: &sqlx::any::AnyRow) -> Result<LoanRow, HubError> {
    let customer = text(row, 0)?;
    let until_on = text(row, 2)?.parse().map_err(|_| HubError::corrupt(format!("the loan of {customer}")))?;
    Ok(LoanRow { until_on, deputy: text(row, 1)?, ended: int(row, 3)? != 0, n_changes: int(row, 4)?, customer })
}
