//! `guide-hub device`.

use chrono::DateTime;
use guide_common::wire::hub::Role;

use super::Output;
use super::args::{DeviceCommand, RoleArg};
use super::table::Table;
use crate::db::Db;
use crate::db::device::{self, CODE_LIFE_S, CODE_TRIES, Device};
use crate::error::HubError;

impl From<RoleArg> for Role {
    fn from(role: RoleArg) -> Self {
        match role {
            RoleArg::Guide => Self::Guide,
            RoleArg::Trainer => Self::Trainer,
            RoleArg::Support => Self::Support,
        }
    }
}

pub(super) async fn run(db: &Db, command: DeviceCommand) -> Result<Output, HubError> {
    match command {
        DeviceCommand::Code { guide, role, json } => {
            let code = device::create_code(db, &guide, role.into()).await?;
            if json {
                #[derive(serde::Serialize)]
                struct Answer {
                    code: String,
                    expires_in_s: i64,
                    tries: i64,
                }
                return Output::json(Answer { code, expires_in_s: CODE_LIFE_S, tries: CODE_TRIES });
            }
            // the code alone on standard output, so that a script can take it
            let notes = format!("for {guide}, once, within ten minutes: guide enroll URL\n");
            Ok(Output { notes, ..Output::done(code + "\n") })
        }
        DeviceCommand::List { guide, json } => {
            let mut conn = db.conn().await?;
            let devices = device::list(&mut conn, guide.as_ref()).await?;
            if json {
                #[derive(serde::Serialize)]
                struct Answer {
                    devices: Vec<Device>,
                }
                return Output::json(Answer { devices });
            }
            Ok(Output::done(table(&devices)))
        }
        DeviceCommand::Revoke { device } => {
            let device = device::revoke(db, &device).await?;
            Ok(Output::done(format!("device {} of {} is revoked\n", device.id, device.guide)))
        }
    }
}

/// Terminals as a table.
pub(super) fn table(devices: &[Device]) -> String {
    let mut table = Table::new(&["ID", "GUIDE", "ROLE", "NAME", "ENROLLED", "LAST SEEN", "STATE"]);
    for device in devices {
        let state = match (device.revoked_at, device.training) {
            (0, false) => "active".to_owned(),
            (0, true) => "active, training".to_owned(),
            (at, _) => format!("revoked {}", time(at)),
        };
        let seen = if device.seen_at == 0 { "never".to_owned() } else { time(device.seen_at) };
        table.row([
            device.id.to_string(),
            device.guide.to_string(),
            device.role.name().to_owned(),
            device.name.clone(),
            time(device.created_at),
            seen,
            state,
        ]);
    }
    table.text()
}

/// A real time as text.
pub(super) fn time(seconds: i64) -> String {
    DateTime::from_timestamp(seconds, 0).map(|time| time.format("%Y-%m-%d %H:%MZ").to_string()).unwrap_or_default()
}
