//! A chain of many guides, each with a terminal and a customer, written straight into the hub's tables: enrolling them
//! one by one would take longer than measuring.

use guide_common::customer::Customer;
use guide_common::fact::FactBody;
use guide_common::id::{CustomerId, DeviceId, DueId, OpId};
use guide_common::op::{Op, OpBody, Stamp};
use guide_common::outcome::{Outcome, OutcomeCode};
use guide_common::time::Zone;
use guide_common::wire::hub::{DigestKey, FeedDigest, PushRequest, item_hash};
use sha2::{Digest, Sha256};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Row};

/// How many rows a statement writes.
const ROWS: usize = 400;

/// The chain, as its terminals know it.
pub struct Crowd {
    /// The hub's epoch.
    pub epoch: String,
    /// Where the shared feed is.
    pub shared_head: i64,
    /// The terminals.
    pub members: Vec<Member>,
}

/// One guide's terminal.
#[derive(Clone)]
pub struct Member {
    /// The token.
    pub token: String,
    device: DeviceId,
    customer: CustomerId,
    head: u64,
    n_live: u64,
    digest: FeedDigest,
    n_ops: u64,
}

/// Registers guides, in a database whose tables are there and which has the shop `s1`.
pub async fn register(url: &str, n_guides: usize) -> anyhow::Result<Crowd> {
    sqlx::any::install_default_drivers();
    let mut conn = AnyConnection::connect(url).await?;
    let now = chrono::Utc::now().timestamp().to_string();
    let mut members = Vec::with_capacity(n_guides);
    for first in (0..n_guides).step_by(ROWS) {
        let (mut guides, mut feeds, mut entities, mut devices) = (vec![], vec![], vec![], vec![]);
        for n in first..(first + ROWS).min(n_guides) {
            let (guide, customer) = (format!("b{n:05}"), CustomerId::new(&format!("C{n:05}"))?);
            let token = format!("gdt_{n:064x}");
            let key = DigestKey(*b"0123456789abcdef");
            let body = serde_json::to_string(&Customer::new(customer.clone(), format!("顾客{n}")))?;
            let digest = FeedDigest::default().with(item_hash(&key, "customer", customer.as_str(), 1, &body));
            guides.push(vec![guide.clone(), format!("导购{n}"), "s1".into(), String::new()]);
            let zero = || "0".to_owned();
            feeds.push(vec![
                guide.clone(),
                "e".into(),
                "1".into(),
                zero(),
                "1".into(),
                digest.to_string(),
                String::from(key),
            ]);
            let (kind, seq) = ("customer".to_owned(), "1".to_owned());
            let id = customer.to_string();
            entities.push(vec![guide.clone(), kind, id.clone(), id, seq.clone(), seq, zero(), body, zero()]);
            let hash = hex(&Sha256::digest(token.as_bytes()));
            let role = "guide".to_owned();
            devices.push(vec![format!("d{n:05}"), hash, guide, role, String::new(), zero(), now.clone(), now.clone()]);
            members.push(Member {
                token,
                device: DeviceId::new(&format!("d{n:05}"))?,
                customer,
                head: 1,
                n_live: 1,
                digest,
                n_ops: 0,
            });
        }
        insert(&mut conn, "guide (id, name, store_id, days_off)", &guides, &[]).await?;
        let columns = "guide_feed (guide_id, epoch, head, floor, n_live, digest, digest_key)";
        insert(&mut conn, columns, &feeds, &[2, 3, 4]).await?;
        let columns = "entity (guide_id, kind, id, customer_id, seq, rev, deleted, body, deleted_at)";
        insert(&mut conn, columns, &entities, &[4, 5, 6, 8]).await?;
        let columns =
            "device (id, token_hash, guide_id, role, name, revoked_at, created_at, seen_at, training, token_at)";
        for device in &mut devices {
            device.extend(["0".to_owned(), now.clone()]);
        }
        insert(&mut conn, columns, &devices, &[5, 6, 7, 8, 9]).await?;
    }
    // rows that came at once are unknown to PostgreSQL's planner; SQLite needs none, and with statistics it would plan
    // every statement anew for its values
    if conn.backend_name() == "PostgreSQL" {
        sqlx::query("ANALYZE").execute(&mut conn).await?;
    }
    Ok(Crowd { epoch: epoch(&mut conn).await?, shared_head: 0, members })
}

impl Crowd {
    /// Asks where the feeds are that the hub itself wrote when it began to serve.
    pub async fn look_again(&mut self, url: &str) -> anyhow::Result<()> {
        let mut conn = AnyConnection::connect(url).await?;
        self.epoch = epoch(&mut conn).await?;
        let row = sqlx::query("SELECT head FROM guide_feed WHERE guide_id = '@shared'").fetch_one(&mut conn).await?;
        self.shared_head = row.try_get(0)?;
        Ok(())
    }
}

async fn epoch(conn: &mut AnyConnection) -> anyhow::Result<String> {
    Ok(sqlx::query("SELECT value FROM hub_state WHERE key = 'epoch'").fetch_one(conn).await?.try_get(0)?)
}

/// Inserts rows of texts; `numbers` are the columns that hold numbers.
async fn insert(
    conn: &mut AnyConnection,
    columns: &str,
    rows: &[Vec<String>],
    numbers: &[usize],
) -> anyhow::Result<()> {
    let mut n = 0;
    let values: Vec<String> = rows
        .iter()
        .map(|row| {
            let places = (0..row.len()).map(|column| {
                n += 1;
                if numbers.contains(&column) { format!("CAST(${n} AS BIGINT)") } else { format!("${n}") }
            });
            format!("({})", places.collect::<Vec<_>>().join(", "))
        })
        .collect();
    // safe: only columns that stand in this file and numbered placeholders are put into the text
    let sql = AssertSqlSafe(format!("INSERT INTO {columns} VALUES {}", values.join(", ")));
    let mut query = sqlx::query(sql);
    for value in rows.iter().flatten() {
        query = query.bind(value);
    }
    query.execute(conn).await?;
    Ok(())
}

impl Member {
    /// A poll for what the terminal holds already, held back for so many seconds, and until the shared feed moves on.
    pub fn poll(&self, crowd_epoch: &str, wait: Option<(u32, Option<i64>)>, request: &mut Vec<u8>) {
        let Self { head, n_live, digest, .. } = self;
        let mut path = format!(
            "/v1/changes?feed=guide&since={head}&epoch={crowd_epoch}&n_live={n_live}&digest={digest}&seen={head}"
        );
        if let Some((seconds, shared_head)) = wait {
            path.push_str(&format!("&wait={seconds}"));
            if let Some(head) = shared_head {
                path.push_str(&format!("&other={crowd_epoch}%3A{head}"));
            }
        }
        self.request("GET", &path, "", request);
    }

    /// A push of so many outcomes, each of which names a due that has gone where `names_due`.
    pub fn push(&mut self, n_ops: usize, names_due: bool, request: &mut Vec<u8>) -> anyhow::Result<()> {
        let ops: Vec<Op> = (0..n_ops).map(|_| self.outcome(names_due)).collect();
        let body = serde_json::to_string(&PushRequest { ops })?;
        self.request("POST", "/v1/ops", &body, request);
        Ok(())
    }

    fn outcome(&mut self, names_due: bool) -> Op {
        self.n_ops += 1;
        let on = Zone::default().shop_time(chrono::Utc::now()).date();
        let mut outcome = Outcome::new(on, OutcomeCode::Interested);
        outcome.note = Some("asked about the new chain; comes on Saturday with her mother".to_owned());
        if names_due {
            outcome.due_ids = vec![DueId(self.n_ops.into())];
        }
        let stamp = Stamp {
            op_id: OpId(uuid::Uuid::now_v7()),
            device: self.device.clone(),
            local_seq: self.n_ops,
            base_rev: Some(1),
            at_wall: chrono::Utc::now(),
            at_mono: 0,
        };
        Op::new(stamp, self.customer.clone(), &OpBody::Fact(FactBody::Outcome(outcome)))
    }

    fn request(&self, method: &str, path: &str, body: &str, request: &mut Vec<u8>) {
        let length = match method {
            "POST" => format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len()),
            _ => String::new(),
        };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: hub\r\nauthorization: Bearer {}\r\nx-guide-schema: 1\r\n\
             x-request-id: 0198f1c0a0b17c3e9f0d2a4b6c8e1f30-1\r\n{length}\r\n{body}",
            self.token
        );
        request.extend_from_slice(head.as_bytes());
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
