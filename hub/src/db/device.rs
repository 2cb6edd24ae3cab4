//! Terminals: their tokens and the one-time codes that enrol them. Times are real, never the virtual clock's.

use guide_common::id::{DeviceId, GuideId};
use guide_common::wire::hub::Role;

use super::{Conn, Db, commit, directory, epoch_seconds, int, text};
use crate::error::{DatabaseContext, HubError};
use crate::secret;

/// How long a code can be used, in seconds.
pub const CODE_LIFE_S: i64 = 600;
/// How often a code may be tried.
pub const CODE_TRIES: i64 = 5;
/// How exact `seen_at` is, so that not every request writes.
const SEEN_STEP_S: i64 = 600;

/// An enrolled terminal, as its token describes it.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Device {
    /// The terminal.
    pub id: DeviceId,
    /// Whose customers it sees.
    pub guide: GuideId,
    /// What it may do.
    pub role: Role,
    /// What it calls itself.
    pub name: String,
    /// Whether it runs on the virtual clock.
    pub training: bool,
    /// When it was enrolled, in seconds since 1970.
    pub created_at: i64,
    /// When it was last heard of, to ten minutes; 0 for never.
    pub seen_at: i64,
    /// When it was revoked; 0 where it is not.
    pub revoked_at: i64,
}

/// A terminal with the token that it showed.
#[derive(Clone, Debug)]
pub struct Holder {
    /// The terminal.
    pub device: Device,
    /// When its token was made, in seconds since 1970.
    pub token_at: i64,
    /// Whether a rotation handed the token out and this was its first use: the one before is good no longer.
    pub first_use: bool,
}

/// The columns of a [`Device`], in order.
macro_rules! columns {
    () => {
        "id, guide_id, role, name, training, created_at, seen_at, revoked_at"
    };
}

/// What came of trying a code.
#[derive(Debug)]
pub enum CodeAnswer {
    /// It is right, and used up by this.
    Right {
        /// For whom it was made.
        guide: String,
        /// For which role.
        role: Role,
    },
    /// There is no such code, or its second half is wrong.
    Wrong,
    /// It was tried too often.
    Spent,
    /// Its ten minutes are over, or it was used.
    Over,
}

/// Makes a code for a guide's next terminal of a role.
pub async fn create_code(db: &Db, guide: &GuideId, role: Role) -> Result<String, HubError> {
    let mut conn = db.conn().await?;
    if directory::guide(&mut conn, guide.as_str()).await?.is_none() {
        return Err(directory::unknown_guide(guide.as_str()));
    }
    let at = epoch_seconds();
    sqlx::query("DELETE FROM enroll_code WHERE expires_at < $1")
        .bind(at - CODE_LIFE_S)
        .execute(&mut *conn)
        .await
        .doing("forgetting old codes")?;
    for _ in 0..10 {
        let code = secret::new_code();
        let Some((locator, whole)) = secret::parse_code(&code) else { continue };
        let inserted = sqlx::query(
            "INSERT INTO enroll_code (locator, secret_hash, guide_id, role, expires_at, n_tries, used_at) \
             VALUES ($1, $2, $3, $4, $5, 0, 0) ON CONFLICT (locator) DO NOTHING",
        )
        .bind(locator)
        .bind(secret::hash(&whole))
        .bind(guide.as_str())
        .bind(role.name())
        .bind(at + CODE_LIFE_S)
        .execute(&mut *conn)
        .await
        .doing("writing an enrolment code")?;
        if inserted.rows_affected() == 1 {
            return Ok(code);
        }
    }
    Err(HubError::refused("too many enrolment codes are open: try again in ten minutes"))
}

/// Tries a code: a right one is used up, a wrong second half is counted against it.
pub async fn try_code(conn: &mut Conn, typed: &str) -> Result<CodeAnswer, HubError> {
    let Some((locator, whole)) = secret::parse_code(typed) else {
        return Ok(CodeAnswer::Wrong);
    };
    let row = sqlx::query(
        "UPDATE enroll_code SET n_tries = n_tries + 1 WHERE locator = $1 \
         RETURNING secret_hash, guide_id, role, expires_at, n_tries, used_at",
    )
    .bind(&locator)
    .fetch_optional(&mut *conn)
    .await
    .doing("trying an enrolment code")?;
    let Some(row) = row else {
        return Ok(CodeAnswer::Wrong);
    };
    if int(&row, 4)? > CODE_TRIES {
        return Ok(CodeAnswer::Spent);
    }
    if text(&row, 0)? != secret::hash(&whole) {
        return Ok(CodeAnswer::Wrong);
    }
    if int(&row, 5)? != 0 || int(&row, 3)? < epoch_seconds() {
        return Ok(CodeAnswer::Over);
    }
    sqlx::query("UPDATE enroll_code SET used_at = $1 WHERE locator = $2")
        .bind(epoch_seconds())
        .bind(&locator)
        .execute(&mut *conn)
        .await
        .doing("using up an enrolment code")?;
    Ok(CodeAnswer::Right { guide: text(&row, 1)?, role: Role::of(&text(&row, 2)?) })
}

/// Enters a terminal under its token's hash.
pub async fn create(conn: &mut Conn, device: &Device, token: &str) -> Result<(), HubError> {
    sqlx::query(
        "INSERT INTO device (id, token_hash, guide_id, role, name, training, created_at, seen_at, revoked_at, token_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9)",
    )
    .bind(device.id.as_str())
    .bind(secret::hash(token))
    .bind(device.guide.as_str())
    .bind(device.role.name())
    .bind(&device.name)
    .bind(i64::from(device.training))
    .bind(device.created_at)
    .bind(device.seen_at)
    .bind(epoch_seconds())
    .execute(conn)
    .await
    .doing("writing a device")?;
    Ok(())
}

/// The holder of a token by the token's hash, revoked ones too, or `None`; the terminal has been heard of by this.
pub async fn by_token(conn: &mut Conn, token_hash: &str) -> Result<Option<Holder>, HubError> {
    let row = sqlx::query(concat!(
        "SELECT ",
        columns!(),
        ", token_at, next_hash, next_at FROM device WHERE token_hash = $1 OR next_hash = $1"
    ))
    .bind(token_hash)
    .fetch_optional(&mut *conn)
    .await
    .doing("looking up a token")?;
    let Some(row) = row else {
        return Ok(None);
    };
    let first_use = text(&row, 9)? == token_hash;
    let holder = Holder { device: device(&row)?, token_at: int(&row, if first_use { 10 } else { 8 })?, first_use };
    if holder.device.revoked_at == 0 {
        heard_of(&mut *conn, &holder.device).await?;
        if first_use {
            take_over(conn, &holder.device.id, token_hash).await?;
        }
    }
    Ok(Some(holder))
}

async fn heard_of(conn: &mut Conn, device: &Device) -> Result<(), HubError> {
    let at = epoch_seconds();
    if at - device.seen_at >= SEEN_STEP_S {
        sqlx::query("UPDATE device SET seen_at = $1 WHERE id = $2")
            .bind(at)
            .bind(device.id.as_str())
            .execute(conn)
            .await
            .doing("noting that a device was heard of")?;
    }
    Ok(())
}

async fn take_over(conn: &mut Conn, id: &DeviceId, next_hash: &str) -> Result<(), HubError> {
    sqlx::query(
        "UPDATE device SET token_hash = next_hash, token_at = next_at, next_hash = '', next_at = 0 \
         WHERE id = $1 AND next_hash = $2",
    )
    .bind(id.as_str())
    .bind(next_hash)
    .execute(conn)
    .await
    .doing("putting a token in its predecessor's place")?;
    Ok(())
}

/// Keeps a token that takes the place of the terminal's with its first use; one that was handed out before and never
/// used is forgotten. False where the terminal's token is not the one of `token_hash` any more.
pub async fn rotate(conn: &mut Conn, id: &DeviceId, token_hash: &str, next: &str) -> Result<bool, HubError> {
    let updated = sqlx::query(
        "UPDATE device SET next_hash = $1, next_at = $2 WHERE id = $3 AND token_hash = $4 AND revoked_at = 0",
    )
    .bind(secret::hash(next))
    .bind(epoch_seconds())
    .bind(id.as_str())
    .bind(token_hash)
    .execute(conn)
    .await
    .doing("writing a terminal's next token")?;
    Ok(updated.rows_affected() == 1)
}

/// How many revocations there were: while it stays, what is remembered of tokens is right.
pub async fn revocations(conn: &mut Conn) -> Result<i64, HubError> {
    let row = sqlx::query("SELECT n FROM revocation WHERE id = 1").fetch_one(conn).await;
    int(&row.doing("reading the count of revocations")?, 0)
}

/// All terminals, or those of one guide, in the order of their enrolment.
pub async fn list(conn: &mut Conn, guide: Option<&GuideId>) -> Result<Vec<Device>, HubError> {
    let rows = sqlx::query(concat!(
        "SELECT ",
        columns!(),
        " FROM device WHERE guide_id = $1 OR $1 = '' ORDER BY created_at, id"
    ))
    .bind(guide.map_or("", GuideId::as_str))
    .fetch_all(conn)
    .await
    .doing("reading the devices")?;
    rows.iter().map(device).collect()
}

/// Revokes a terminal's token: every process that serves hears of it within five seconds. Revoking it again changes nothing.
pub async fn revoke(db: &Db, id: &DeviceId) -> Result<Device, HubError> {
    let mut tx = db.begin().await?;
    let row = sqlx::query(concat!(
        "UPDATE device SET revoked_at = CASE WHEN revoked_at = 0 THEN $1 ELSE revoked_at END WHERE id = $2 RETURNING ",
        columns!(),
    ))
    .bind(epoch_seconds())
    .bind(id.as_str())
    .fetch_optional(&mut *tx)
    .await
    .doing("revoking a device")?;
    let Some(row) = row else {
        return Err(HubError::refused(format!(
            "there is no device {id}: `guide-hub device list` shows those that there are"
        )));
    };
    let device = device(&row)?;
    sqlx::query("UPDATE revocation SET n = n + 1 WHERE id = 1")
        .execute(&mut *tx)
        .await
        .doing("counting a revocation")?;
    commit(tx).await?;
    Ok(device)
}

fn device(row: &sqlx::any::AnyRow) -> Result<Device, HubError> {
    let id = text(row, 0)?;
    let corrupt = || HubError::corrupt(format!("the device {id}"));
    Ok(Device {
        guide: GuideId::new(&text(row, 1)?).map_err(|_| corrupt())?,
        role: Role::of(&text(row, 2)?),
        name: text(row, 3)?,
        training: int(row, 4)? != 0,
        created_at: int(row, 5)?,
        seen_at: int(row, 6)?,
        revoked_at: int(row, 7)?,
        id: DeviceId::new(&id).map_err(|_| corrupt())?,
    })
}
