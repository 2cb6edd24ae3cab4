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
        "INSERT INTO device (id, token_hash, guide_id, role, name, training, created_at, seen_at, revoked_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0)",
    )
    .bind(device.id.as_str())
    .bind(secret::hash(token))
    .bind(device.guide.as_str())
    .bind(device.role.name())
    .bind(&device.name)
    .bind(i64::from(device.training))
    .bind(device.created_at)
    .bind(device.seen_at)
    .execute(conn)
    .await
    .doing("writing a device")?;
    Ok(())
}

/// The terminal of a token, revoked ones too, or `None`; it has been heard of by this.
pub async fn by_token(conn: &mut Conn, token: &str) -> Result<Option<Device>, HubError> {
    let row = sqlx::query(
        "SELECT id, guide_id, role, name, training, created_at, seen_at, revoked_at FROM device WHERE token_hash = $1",
    )
    .bind(secret::hash(token))
    .fetch_optional(&mut *conn)
    .await
    .doing("looking up a token")?;
    let Some(device) = row.as_ref().map(device).transpose()? else {
        return Ok(None);
    };
    let at = epoch_seconds();
    if device.revoked_at == 0 && at - device.seen_at >= SEEN_STEP_S {
        sqlx::query("UPDATE device SET seen_at = $1 WHERE id = $2")
            .bind(at)
            .bind(device.id.as_str())
            .execute(conn)
            .await
            .doing("noting that a device was heard of")?;
    }
    Ok(Some(device))
}

/// All terminals, or those of one guide, in the order of their enrolment.
pub async fn list(conn: &mut Conn, guide: Option<&GuideId>) -> Result<Vec<Device>, HubError> {
    let rows = sqlx::query(
        "SELECT id, guide_id, role, name, training, created_at, seen_at, revoked_at FROM device \
         WHERE guide_id = $1 OR $1 = '' ORDER BY created_at, id",
    )
    .bind(guide.map_or("", GuideId::as_str))
    .fetch_all(conn)
    .await
    .doing("reading the devices")?;
    rows.iter().map(device).collect()
}

/// Revokes a terminal's token, at once. Revoking it again changes nothing.
pub async fn revoke(db: &Db, id: &DeviceId) -> Result<Device, HubError> {
    let mut tx = db.begin().await?;
    let row = sqlx::query(
        "UPDATE device SET revoked_at = CASE WHEN revoked_at = 0 THEN $1 ELSE revoked_at END WHERE id = $2 \
         RETURNING id, guide_id, role, name, training, created_at, seen_at, revoked_at",
    )
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
