//! What the hub of the tests answers, path by path.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use guide_common::apply::{Applied, CustomerFile};
use guide_common::id::GuideId;
use guide_common::wire::Problem;
use guide_common::wire::hub::*;
use serde_json::value::to_raw_value;

use super::{CODE, Hub, Inner, KEYS, TOKEN, profile};

fn problem(status: u16, code: &str) -> Response {
    let problem = Problem::new(status, code, format!("the test's hub says {code}"));
    (StatusCode::from_u16(status).unwrap(), Json(problem)).into_response()
}

pub(super) async fn enroll(State(hub): State<Hub>, Json(request): Json<EnrollRequest>) -> Response {
    if request.code != CODE {
        return problem(403, "wrong_code");
    }
    let mut inner = hub.inner.lock().unwrap();
    inner.n_devices += 1;
    Json(EnrollResponse {
        token: TOKEN.to_owned(),
        device: format!("D{}", inner.n_devices).parse().unwrap(),
        role: Role::Guide,
        guide: profile(),
        zone: "Asia/Shanghai".to_owned(),
        digest_keys: KEYS,
    })
    .into_response()
}

fn refused(inner: &Inner, headers: &HeaderMap) -> Option<Response> {
    let is_right = headers.get("authorization").is_some_and(|value| value == &format!("Bearer {TOKEN}"));
    if inner.needs_newer {
        return Some(problem(426, "upgrade_required"));
    }
    match (inner.revoked, is_right) {
        (true, _) => Some(problem(401, "token_revoked")),
        (false, false) => Some(problem(401, "unauthorized")),
        (false, true) => None,
    }
}

pub(super) async fn changes(State(hub): State<Hub>, Query(query): Query<ChangesQuery>, headers: HeaderMap) -> Response {
    let mut inner = hub.inner.lock().unwrap();
    if let Some(response) = refused(&inner, &headers) {
        return response;
    }
    if inner.changes_fail {
        return problem(500, "broken");
    }
    let (feed, key) = match query.feed {
        FeedName::Guide => (&inner.guide, &KEYS.guide),
        FeedName::Shared => (&inner.shared, &KEYS.shared),
    };
    let (n_live, digest) = feed.digest(key);
    if inner.lie.is_some() && query.since > 0 {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    let holds = (query.epoch.as_ref(), query.since, query.n_live, query.digest);
    if holds == (Some(&inner.epoch), feed.head, Some(n_live), Some(digest)) {
        inner.n_not_modified += 1;
        return StatusCode::NOT_MODIFIED.into_response();
    }
    let reason = match query.epoch {
        Some(epoch) if epoch != inner.epoch => Some(ResetReason::Epoch),
        _ if query.since > feed.head => Some(ResetReason::Ahead),
        Some(_) if query.since == feed.head && query.digest != Some(digest) => Some(ResetReason::Digest),
        _ => None,
    };
    if let Some(reason) = reason {
        let reset = ResetResponse { reset: true, epoch: inner.epoch.clone(), head: feed.head, reason };
        return (StatusCode::CONFLICT, Json(reset)).into_response();
    }
    if inner.pages_fail {
        return problem(500, "broken");
    }
    let mut items: Vec<Item> = feed.items.values().filter(|item| item.seq > query.since).cloned().collect();
    items.sort_by_key(|item| item.seq);
    let limit = query.limit.unwrap_or(200);
    let more = items.len() > limit;
    items.truncate(limit);
    let n_sent = items.len();
    let response = Json(ChangesResponse {
        epoch: inner.epoch.clone(),
        head: feed.head,
        floor: 0,
        n_live,
        digest,
        items,
        more,
        schema_min: 1,
        schema_max: 1,
    })
    .into_response();
    inner.n_sent += n_sent;
    response
}

pub(super) async fn snapshot(
    State(hub): State<Hub>,
    Query(query): Query<SnapshotQuery>,
    headers: HeaderMap,
) -> Response {
    let mut inner = hub.inner.lock().unwrap();
    if let Some(response) = refused(&inner, &headers) {
        return response;
    }
    if inner.is_old {
        return problem(404, "unknown_path");
    }
    if inner.pages_fail || inner.break_snapshot_after == Some(0) {
        return problem(500, "broken");
    }
    inner.n_snapshot_pages += 1;
    inner.break_snapshot_after = inner.break_snapshot_after.map(|n| n - 1);
    let epoch = inner.epoch.clone();
    let feed = match query.feed {
        FeedName::Guide => &inner.guide,
        FeedName::Shared => &inner.shared,
    };
    let after: usize = query.after.map_or(0, |after| after.parse().unwrap());
    let limit = query.limit.unwrap_or(1_000).min(100);
    let items: Vec<Item> =
        feed.items.values().filter(|item| item.body.is_some()).skip(after).take(limit).cloned().collect();
    let n_live = feed.digest(&KEYS.guide).0;
    let next = (((after + items.len()) as u64) < n_live).then(|| (after + items.len()).to_string());
    let (n_sent, head) = (items.len(), feed.head);
    inner.n_sent += n_sent;
    Json(SnapshotResponse { epoch, head, n_live, items, next, schema_min: 1, schema_max: 1 }).into_response()
}

pub(super) async fn inventory(State(hub): State<Hub>, Query(query): Query<InventoryQuery>) -> Response {
    let inner = hub.inner.lock().unwrap();
    let (feed, key) = match query.feed {
        FeedName::Guide => (&inner.guide, &KEYS.guide),
        FeedName::Shared => (&inner.shared, &KEYS.shared),
    };
    let (n_live, digest) = feed.digest(key);
    let hash = |item: &Item| item_hash(key, &item.kind, &item.id, item.rev, item.body.as_ref().unwrap().get());
    let mut answer = InventoryResponse {
        epoch: inner.epoch.clone(),
        head: feed.head,
        n_live,
        digest,
        kinds: Vec::new(),
        entries: Vec::new(),
        more: false,
    };
    match query.kind {
        Some(kind) => {
            let of_kind = feed.items.values().filter(|item| item.kind == kind && item.body.is_some());
            let entry = |item: &Item| Entry { id: item.id.clone(), rev: item.rev, hash: FeedDigest(hash(item)) };
            answer.entries = of_kind.map(entry).collect();
        }
        None => {
            let mut kinds: BTreeMap<String, (u64, FeedDigest)> = BTreeMap::new();
            for item in feed.items.values().filter(|item| item.body.is_some()) {
                let (n, digest) = kinds.entry(item.kind.clone()).or_default();
                (*n, *digest) = (*n + 1, digest.with(hash(item)));
            }
            answer.kinds = kinds.into_iter().map(|(kind, (n, digest))| KindCount { kind, n, digest }).collect();
        }
    }
    Json(answer).into_response()
}

pub(super) async fn push(State(hub): State<Hub>, headers: HeaderMap, Json(request): Json<PushRequest>) -> Response {
    let mut inner = hub.inner.lock().unwrap();
    let inner = &mut *inner;
    if let Some(response) = refused(inner, &headers) {
        return response;
    }
    if inner.busy > 0 {
        inner.busy -= 1;
        return (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "1")]).into_response();
    }
    inner.n_pushes += 1;
    if request.ops.iter().any(|op| Some(&op.customer) == inner.poison.as_ref()) {
        return problem(400, "bad_request");
    }
    let guide = GuideId::new("G1").unwrap();
    let mut answers = Vec::new();
    for op in request.ops {
        assert!(op.hash_is_right());
        inner.received.push(op.clone());
        let answer = inner.answered.get(&op.op_id).cloned().unwrap_or_else(|| {
            let answer = |result, code: Option<String>| OpAnswer {
                op_id: op.op_id,
                result,
                detail: code.as_ref().map(|_| "because\u{202e} of the test".to_owned()),
                code,
            };
            if let Some(code) = &inner.reject {
                return answer(OpResult::Rejected, Some(code.clone()));
            }
            if !inner.files.contains_key(&op.customer)
                && let Some(file) = CustomerFile::begun_by(&op, Some(super::profile().store.id))
            {
                let document = to_raw_value(&file.customer).unwrap();
                inner.guide.put("customer", op.customer.as_str(), Some(&op.customer), document);
                inner.files.insert(op.customer.clone(), file);
            }
            if !inner.files.contains_key(&op.customer) && !op.customer.is_guide_itself() {
                return answer(OpResult::Rejected, Some("unknown_customer".to_owned()));
            }
            let file =
                inner.files.entry(op.customer.clone()).or_insert_with(|| CustomerFile::of_guide_itself(Vec::new()));
            match file.apply(&op, &guide) {
                Ok(Applied::Changed(id)) => {
                    let fact = file.facts.iter().find(|fact| fact.id == id).unwrap();
                    let body = to_raw_value(fact).unwrap();
                    inner.guide.put("fact", &id.to_string(), Some(&op.customer), body);
                    answer(OpResult::Applied, None)
                }
                Ok(Applied::Already) => answer(OpResult::Duplicate, None),
                Err(refusal) => answer(OpResult::Rejected, Some(refusal.code())),
            }
        });
        inner.answered.insert(op.op_id, answer.clone());
        answers.push(answer);
    }
    Json(PushResponse { answers, head: inner.guide.head, epoch: Some(inner.epoch.clone()) }).into_response()
}
