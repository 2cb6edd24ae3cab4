//! Importing what headquarters records of customers beside purchases.

use guide_common::consent::SecretSide;
use guide_common::fact::{Fact, FactBody};
use guide_common::id::OpId;
use guide_common::outcome::Channel;
use guide_common::record::{Level, Risk};
use guide_hub::db::feed::POOL;
use guide_hub::import::{ImportOptions, Mode, Summary, customers, records};

use crate::support::{TestDb, assign, customer_id, facts_of, head, store_id};

/// C1 of guide G1, C2 of guide G2, C3 of nobody, with a numbered sale each.
async fn shop() -> TestDb {
    let test = TestDb::with_guides(&["G1", "G2"]).await;
    let options = ImportOptions { store: Some(store_id()), ..ImportOptions::default() };
    let rows = "C1,2026-08-01,10,N1\nC2,2026-08-01,10,N2\nC3,2026-08-01,10,N3\n";
    test.import_with(format!("customer_id,purchased_on,amount,sale_no\n{rows}"), &options).await;
    assign(&test, &["C1"], "G1").await;
    assign(&test, &["C2"], "G2").await;
    test
}

async fn import(test: &TestDb, csv: &str, mode: Mode) -> Summary {
    let options = ImportOptions { store: Some(store_id()), mode };
    records::import(&test.db, csv.as_bytes(), &options, &mut |_, _| {}).await.unwrap()
}

fn bodies(facts: &[Fact]) -> Vec<&FactBody> {
    facts.iter().map(|fact| &fact.body).collect()
}

const EVERY_KIND: &str = "\
会员号,类型,日期,有效期至,编号,券名,券种,面额,维修内容,商品,预计完成日期,完成日期,会员等级,距升级,升级门槛,积分,风险,原因,事件,事件日期,客户告知,渠道,允许,对象
C1,券,2026-08-01,2026-08-31,K1,生日券,cash,200,,,,,,,,,,,,,,,,
C1,工单,2026-08-02,,W1,,,,改圈,足金戒指,2026-08-09,2026-08-08,,,,,,,,,,,,
C1,等级,2026-08-03,2026-12-31,,,,,,,,,金卡,12000,80000,,,,,,,,,
C1,积分,2026-08-04,,,,,,,,,,,,,-120,,,,,,,,
C1,风险,2026-08-05,,,,,,,,,,,,,,红,久未到店,,,,,,
C1,人生事件,2026-08-06,,,,,,,,,,,,,,,,birth,2026-09-10,是,,,
C1,授权,2026-08-07,2026-10-01,,,,,,,,,,,,,,,,,,短信,否,
C1,保密,2026-08-08,2026-08-21,,,,,,,,,,,,,,,,,,,,C2
";

#[tokio::test]
async fn every_kind_of_record_becomes_a_fact_of_headquarters() {
    let test = shop().await;
    let summary = import(&test, EVERY_KIND, Mode::Write).await;
    assert_eq!((summary.rows, summary.new, summary.bad.len()), (8, 8, 0), "{:?}", summary.bad);
    assert_eq!(summary.ignored_columns, Vec::<String>::new());
    let facts = facts_of(&test.db, "G1", "C1").await;
    assert!(facts.iter().all(|fact| fact.guide.as_str() == "hq" && fact.device.as_str() == "hq"));
    let [
        FactBody::Coupon(coupon),
        FactBody::Ticket(ticket),
        FactBody::Level(level),
        FactBody::Points(points),
        FactBody::Risk(risk),
        FactBody::LifeEvent(event),
        FactBody::Consent(consent),
        FactBody::Secret(secret),
    ] = bodies(&facts)[..]
    else {
        panic!("{facts:?}");
    };
    assert_eq!((coupon.no.as_str(), coupon.kind.as_str(), coupon.face_fen), ("K1", "CASH", 20_000));
    assert_eq!(facts[0].id, OpId::of_record("coupon", &customer_id("C1"), "K1"));
    assert_eq!((ticket.work.as_str(), ticket.ready_on), ("改圈", "2026-08-08".parse().ok()));
    assert_eq!((level.level, level.to_next_fen, level.next_fen), (Level::Gold, Some(1_200_000), Some(8_000_000)));
    assert_eq!(facts[2].id, OpId::of_record("level", &customer_id("C1"), "2026-08-03"));
    assert_eq!((points.balance, risk.risk, risk.reason.as_deref()), (-120, Risk::Red, Some("久未到店")));
    assert!(event.told_by_customer && event.kind == "birth");
    assert_eq!((consent.channel, consent.allowed), (Some(Channel::Sms), false));
    assert_eq!((secret.side, secret.person.clone()), (SecretSide::Giver, Some(customer_id("C2"))));
}

#[tokio::test]
async fn a_secret_stands_on_both_files_also_of_different_guides() {
    let test = shop().await;
    let csv = "customer_id,kind,on,until_on,person,sale_no\nC1,secret,2026-08-02,2026-08-21,C2,N1\n";
    assert_eq!(import(&test, csv, Mode::Write).await.new, 1);
    let (giver, recipient) = (facts_of(&test.db, "G1", "C1").await, facts_of(&test.db, "G2", "C2").await);
    let (FactBody::Secret(of_giver), FactBody::Secret(of_recipient)) = (&giver[0].body, &recipient[0].body) else {
        panic!("{giver:?} {recipient:?}");
    };
    assert_eq!((of_giver.side, of_recipient.side), (SecretSide::Giver, SecretSide::Recipient));
    assert_eq!(of_recipient.person, Some(customer_id("C1")));
    assert!(of_giver.purchase.is_some());
    assert_eq!(of_recipient.purchase, None, "the other person's file names no purchase");
    let longer = csv.replace("08-21", "08-31");
    assert_eq!(import(&test, &longer, Mode::Write).await.updated, 1);
    assert_eq!(facts_of(&test.db, "G2", "C2").await.len(), 1, "the later state took the earlier one's place");
}

#[tokio::test]
async fn importing_again_changes_nothing_and_a_later_state_takes_the_place_of_the_earlier() {
    let test = shop().await;
    import(&test, EVERY_KIND, Mode::Write).await;
    let before = (head(&test.db, "G1").await, head(&test.db, "G2").await);
    let again = import(&test, EVERY_KIND, Mode::Write).await;
    assert_eq!((again.unchanged, again.new), (8, 0));
    assert_eq!((head(&test.db, "G1").await, head(&test.db, "G2").await), before);
    let redeemed = "customer_id,kind,on,until_on,no,name,coupon_kind,face,redeemed_on\n\
                    C1,coupon,2026-08-01,2026-08-31,K1,生日券,CASH,200,2026-08-11\n";
    assert_eq!(import(&test, redeemed, Mode::Write).await.updated, 1);
    let facts = facts_of(&test.db, "G1", "C1").await;
    let of_coupons: Vec<_> = facts
        .iter()
        .filter_map(|fact| if let FactBody::Coupon(coupon) = &fact.body { Some(coupon) } else { None })
        .collect();
    assert_eq!((of_coupons.len(), of_coupons[0].redeemed_on), (1, "2026-08-11".parse().ok()));
}

#[tokio::test]
async fn a_dry_run_counts_and_writes_nothing() {
    let test = shop().await;
    let before = head(&test.db, "G1").await;
    let summary = import(&test, EVERY_KIND, Mode::DryRun).await;
    assert_eq!((summary.new, summary.bad.len()), (8, 0));
    assert_eq!(head(&test.db, "G1").await, before);
}

#[tokio::test]
async fn a_row_with_a_fault_is_named_with_its_line_and_the_others_are_imported() {
    let test = shop().await;
    let csv = "customer_id,kind,on,until_on,no,name,level,balance,event,event_on,told,allowed,person,sale_no,work\n\
        C1,gift,2026-08-01,,,,,,,,,,,,\n\
        C1,coupon,2026-08-01,2026-07-01,K1,券,,,,,,,,,\n\
        C1,coupon,2026-08-01,,K1,券,,,,,,,,,\n\
        C1,level,2026-08-01,,,,emerald,,,,,,,,\n\
        C1,points,never,,,,,5,,,,,,,\n\
        C1,points,2026-08-01,,,,,1.5,,,,,,,\n\
        C1,life_event,2026-08-01,,,,,,birth,2026-09-01,,,,,\n\
        C1,consent,2026-08-01,,,,,,,,,perhaps,,,\n\
        C1,secret,2026-08-01,2026-08-21,,,,,,,,,C1,,\n\
        C1,secret,2026-08-01,2026-08-21,,,,,,,,,C99,,\n\
        C1,secret,2026-08-01,2026-08-21,,,,,,,,,C2,N2,\n\
        C98,points,2026-08-01,,,,,5,,,,,,,\n\
        @guide,points,2026-08-01,,,,,5,,,,,,,\n\
        C1,ticket,2026-08-01,,W1,,,,,,,,,,改圈\n\
        C1,ticket,2026-08-01,,W1,,,,,,,,,,清洗\n\
        C1,ticket,2026-08-01,,W1,,,,,,,,,,改圈\n";
    let summary = import(&test, csv, Mode::Write).await;
    assert_eq!((summary.rows, summary.new, summary.repeated), (16, 1, 1));
    let told: Vec<String> = summary.bad.iter().map(|bad| format!("{}: {}", bad.line, bad.reason)).collect();
    let expected = [
        "2: \"gift\" is no kind of record",
        "3: until_on 2026-07-01 lies before",
        "4: a coupon needs until_on",
        "5: level \"emerald\" is no level",
        "6: on \"never\" is no date",
        "7: balance \"1.5\" is no balance",
        "8: a life event needs told_by_customer",
        "9: allowed \"perhaps\" is neither",
        "10: person is the customer",
        "11: there is no customer C99",
        "12: this customer has no such sale",
        "13: there is no customer C98",
        "14: @guide stands for a guide",
        "16: line 15 says this record otherwise",
    ];
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    for (told, expected) in told.iter().zip(expected) {
        assert!(told.starts_with(expected), "{told} / {expected}");
    }
    assert_eq!(facts_of(&test.db, "G2", "C2").await, [], "half a secret is no secret");
}

#[tokio::test]
async fn records_of_customers_without_a_guide_come_along_when_they_get_one() {
    let test = shop().await;
    let csv = "customer_id,kind,on,balance\nC3,points,2026-08-01,500\n";
    assert_eq!(import(&test, csv, Mode::Write).await.new, 1);
    assert_eq!(facts_of(&test.db, POOL, "C3").await.len(), 1);
    assign(&test, &["C3"], "G1").await;
    assert_eq!(facts_of(&test.db, "G1", "C3").await.len(), 1);
    assert_eq!(import(&test, csv, Mode::Write).await.unchanged, 1);
}

#[tokio::test]
async fn customers_carry_dates_and_people() {
    let test = shop().await;
    let csv = "customer_id,wecom_on,lead_on,婚期,anniversaries,links\n\
               C1,2026-08-01,2026-07-01,2026-11-15,wedding:lunar 08-15,spouse:C2::yes;mother::王芳\n\
               C2,2026-08-01,,,wedding,\n@guide,,,,,\n";
    let options = ImportOptions::default();
    let import = async || customers::import(&test.db, csv.as_bytes(), &options, &mut |_, _| {}).await.unwrap();
    let summary = import().await;
    assert_eq!((summary.updated, summary.bad.len()), (1, 2), "{:?}", summary.bad);
    assert!(summary.bad[0].reason.contains("no yearly dates") && summary.bad[1].reason.contains("stands for a guide"));
    let files = guide_hub::db::file::customers_of_feed(&mut test.db.conn().await.unwrap(), "G1").await.unwrap();
    let customer = &files[0];
    assert_eq!((customer.wecom_on, customer.wedding_on), ("2026-08-01".parse().ok(), "2026-11-15".parse().ok()));
    assert_eq!(customer.lead_on, "2026-07-01".parse().ok());
    assert_eq!((customer.anniversaries.len(), customer.links.len()), (1, 2));
    assert!(customer.links[0].consented);
    assert_eq!(import().await.unchanged, 1);
}
