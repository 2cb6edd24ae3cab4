//! A report for tests.

use guide_common::report::Report;

/// One plan, one template, a few days.
pub(crate) fn report() -> Report {
    let figures = serde_json::json!({
        "due": 12, "done": 5, "on_time": 4, "skipped": 1, "skipped_by": { "travelling": 1 }, "not_reached": 1,
        "expired": 2, "superseded": 1, "ended": 0, "open": 2, "outcomes": { "interested": 4, "skipped": 1 },
        "satisfaction": [0, 0, 1, 0, 3], "asked": 8, "answered": 4,
        "funnel": { "due": 12, "contacted": 7, "replied": 5, "booked": 3, "visited": 2, "bought": 1 }
    });
    serde_json::from_value(serde_json::json!({
        "period": { "from": "2026-08-01", "to": "2026-08-12" }, "as_of": "2026-08-12", "total": figures,
        "by_plan": { "P01": figures },
        "by_template": { "T03": {
            "funnel": { "due": 6, "contacted": 4, "replied": 3, "booked": 1, "visited": 1, "bought": 0 },
            "usage": { "n_used": 9, "n_replied": 6 }
        } },
        "repeat": { "within_days": 365, "cohort": 7, "repeated": 2, "buyers": 5, "returning": 3 },
        "promises": { "kept": 2, "kept_late": 1, "broken": 1, "open": 1 },
        "days": [
            { "on": "2026-08-11", "due": 4, "done": 2, "contacts": 3 },
            { "on": "2026-08-12", "due": 6, "done": 3, "contacts": 4 }
        ],
        "rates": { "done": 0.4167, "on_time": 0.8, "mean_score": 4.5, "answered": 0.5, "repeat": 0.2857,
            "returning": 0.6, "promises_kept": 0.5 }
    }))
    .unwrap()
}
