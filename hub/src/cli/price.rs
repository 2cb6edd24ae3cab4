//! `guide-hub price`.

use chrono::{NaiveDateTime, TimeDelta};
use guide_common::purchase::{format_fen, parse_fen};
use guide_common::sop::settings::GoldPrice;

use super::Output;
use super::args::PriceCommand;
use crate::db::{Db, file};
use crate::error::HubError;
use crate::price;

#[derive(serde::Serialize)]
struct Answer {
    #[serde(skip_serializing_if = "Option::is_none")]
    gold_price: Option<GoldPrice>,
}

pub(super) async fn run(db: &Db, command: PriceCommand, now: NaiveDateTime) -> Result<Output, HubError> {
    match command {
        PriceCommand::Set { yuan, at, json } => {
            let price_fen = parse_fen(&yuan).ok_or_else(|| {
                HubError::refused(format!("{yuan:?} is no price: write yuan a gram, such as 1034.50"))
            })?;
            let price = GoldPrice { price_fen, at: at.unwrap_or(now) };
            let before = price::set(db, price, now).await?;
            if json {
                return Output::json(Answer { gold_price: Some(price) });
            }
            let before = before.map(|before| format!(", before {}", told(before))).unwrap_or_default();
            Ok(Output::done(format!("{}{before}\n", told(price))))
        }
        PriceCommand::Show { json } => {
            let price = file::gold_price(&mut *db.conn().await?).await?;
            if json {
                return Output::json(Answer { gold_price: price });
            }
            Ok(Output::done(match price {
                Some(price) => format!("{}, {} old\n", told(price), age(now - price.at)),
                None => "no gold price is set: guide-hub price set 1034.50\n".to_owned(),
            }))
        }
    }
}

fn told(price: GoldPrice) -> String {
    format!("{} yuan a gram of {}", format_fen(price.price_fen), price.at.format("%Y-%m-%d %H:%M"))
}

fn age(age: TimeDelta) -> String {
    match (age.num_minutes(), age.num_hours(), age.num_days()) {
        (..=119, ..) => format!("{} min", age.num_minutes()),
        (_, hours @ ..=47, _) => format!("{hours} h"),
        (_, _, days) => format!("{days} days"),
    }
}
