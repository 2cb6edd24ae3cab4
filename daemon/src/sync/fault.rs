//! The fault lab: a transport that loses, delays, doubles and spoils what it carries, seeded and switchable while the
//! daemon runs. Tests are driven through it, and trainers show with it what a bad network does and does not do.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderValue, Request, Response, StatusCode, header};
use guide_common::wire::support::{FaultPlan, Faults};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::sync::transport::{Answered, Broken, Transport};

/// What a busy hub says: come back in so many seconds.
const RETRY_AFTER_S: &str = "1";

/// A way to the hub on which things go wrong.
#[derive(Clone, Debug)]
pub struct FaultLab {
    inner: Arc<dyn Transport>,
    lab: Arc<Lab>,
}

/// The switches, kept over renewed ways to the hub.
#[derive(Debug, Default)]
pub struct Lab {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    plan: FaultPlan,
    n_made: BTreeMap<String, u64>,
    dice: Option<ChaCha8Rng>,
    /// A request that arrives again after a later one.
    parked: Option<Request<Bytes>>,
    /// An answer that is given to a later request.
    held: Option<Response<Bytes>>,
}

/// What happens to one request.
#[derive(Debug, Default)]
struct Fate {
    lost: bool,
    late: Duration,
    instead: Option<Response<Bytes>>,
    doubled: bool,
    parked: bool,
    unparked: Option<Request<Bytes>>,
    reply_lost: bool,
    /// How many thousandths of the answer come.
    cut_at: Option<usize>,
    swapped: bool,
}

impl Lab {
    /// Switches faults on or off; the dice begin anew.
    pub fn set(&self, plan: FaultPlan) {
        *self.state() = State { dice: Some(ChaCha8Rng::seed_from_u64(plan.seed)), plan, ..State::default() };
    }

    /// What is switched on, and what was made of it.
    pub fn faults(&self) -> Faults {
        let state = self.state();
        Faults { plan: state.plan.clone(), n_made: state.n_made.clone() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FaultLab {
    /// Stands before another transport.
    pub fn new(inner: Arc<dyn Transport>, lab: Arc<Lab>) -> Self {
        Self { inner, lab }
    }

    async fn carry(&self, request: Request<Bytes>, patience: Duration) -> Result<Response<Bytes>, Broken> {
        let fate = self.lab.state().fate(&request);
        if !fate.late.is_zero() {
            tokio::time::sleep(fate.late).await;
        }
        if fate.lost {
            return Err(Broken::Cut);
        }
        if let Some(response) = fate.instead {
            return Ok(response);
        }
        if fate.parked {
            self.lab.state().parked = Some(request.clone());
        }
        if fate.doubled {
            // whatever came of it, the second one follows
            let _ = self.inner.call(request.clone(), patience).await;
        }
        let answer = self.inner.call(request, patience).await;
        if let Some(earlier) = fate.unparked {
            let _ = self.inner.call(earlier, patience).await;
        }
        let mut response = answer?;
        if fate.reply_lost {
            return Err(Broken::Cut);
        }
        if let Some(thousandths) = fate.cut_at {
            let n_bytes = response.body().len() * thousandths / 1000;
            *response.body_mut() = response.body().slice(..n_bytes);
        }
        if fate.swapped {
            let earlier = self.lab.state().held.replace(response);
            return earlier.ok_or(Broken::Late);
        }
        Ok(response)
    }
}

impl Transport for FaultLab {
    fn call(&self, request: Request<Bytes>, patience: Duration) -> Answered<'_> {
        Box::pin(self.carry(request, patience))
    }
}

impl State {
    /// Throws the dice for a request. Every request throws the same number of them, so that a plan with one chance
    /// changed still meets the other faults at the same requests.
    fn fate(&mut self, request: &Request<Bytes>) -> Fate {
        let Some(mut dice) = self.dice.take() else {
            return Fate::default();
        };
        let plan = self.plan.clone();
        let mut made = Vec::new();
        let mut hit = |name: &'static str, chance: u16| {
            let is_hit = dice.random_range(0..1000) < chance;
            if is_hit {
                made.push(name);
            }
            is_hit
        };
        let lost = hit("drop_request", plan.drop_request);
        let is_late = hit("delay", plan.delay);
        let (busy, error) = (hit("busy", plan.busy), hit("error", plan.error));
        let (garbage, expire) = (hit("garbage", plan.garbage), hit("expire", plan.expire));
        let fate = Fate {
            lost: lost || plan.offline,
            doubled: hit("double", plan.double),
            parked: hit("reorder", plan.reorder),
            reply_lost: hit("drop_reply", plan.drop_reply),
            swapped: hit("swap", plan.swap),
            cut_at: hit("truncate", plan.truncate).then_some(0),
            ..Fate::default()
        };
        let (delay_ms, cut) = (dice.random_range(0..=plan.delay_ms), dice.random_range(0..1000));
        let unparked = self.parked.take();
        let instead = match () {
            () if busy => Some(refusal(StatusCode::TOO_MANY_REQUESTS)),
            () if error => Some(refusal(StatusCode::INTERNAL_SERVER_ERROR)),
            () if garbage => Some(noise(&mut dice, request)),
            () if expire => Some(refusal(StatusCode::UNAUTHORIZED)),
            () => None,
        };
        self.dice = Some(dice);
        if plan.offline {
            made = vec!["offline"];
        }
        for name in made {
            *self.n_made.entry(name.to_owned()).or_default() += 1;
        }
        let late = if is_late { Duration::from_millis(delay_ms.into()) } else { Duration::ZERO };
        Fate { late, instead, unparked, cut_at: fate.cut_at.map(|_| cut), ..fate }
    }
}

fn refusal(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    if status == StatusCode::TOO_MANY_REQUESTS {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_S));
    }
    response
}

/// An answer that claims to be one.
fn noise(dice: &mut impl Rng, request: &Request<Bytes>) -> Response<Bytes> {
    let mut bytes = vec![0; dice.random_range(0..512)];
    dice.fill_bytes(&mut bytes);
    let mut response = Response::new(bytes.into());
    if let Some(id) = request.headers().get(guide_common::wire::hub::REQUEST_ID_HEADER) {
        response.headers_mut().insert(guide_common::wire::hub::REQUEST_ID_HEADER, id.clone());
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers with the number of the call, and remembers the paths.
    #[derive(Debug, Default)]
    struct Echo(Mutex<Vec<String>>);

    impl Transport for Echo {
        fn call(&self, request: Request<Bytes>, _: Duration) -> Answered<'_> {
            let mut seen = self.0.lock().unwrap();
            seen.push(request.uri().path().to_owned());
            let response = Response::new(Bytes::from(format!("{:04}", seen.len())));
            Box::pin(async move { Ok(response) })
        }
    }

    fn request(path: &str) -> Request<Bytes> {
        Request::get(format!("http://hub{path}")).body(Bytes::new()).unwrap()
    }

    async fn run(plan: FaultPlan, n: usize) -> (Vec<Result<Bytes, Broken>>, Vec<String>, Faults) {
        let (echo, lab) = (Arc::new(Echo::default()), Arc::new(Lab::default()));
        lab.set(plan);
        let way = FaultLab::new(Arc::clone(&echo) as Arc<dyn Transport>, Arc::clone(&lab));
        let mut answers = Vec::new();
        for idx in 0..n {
            let answer = way.call(request(&format!("/{idx}")), Duration::ZERO).await;
            answers.push(answer.map(Response::into_body));
        }
        let seen = echo.0.lock().unwrap().clone();
        (answers, seen, lab.faults())
    }

    #[tokio::test]
    async fn nothing_goes_wrong_until_it_is_switched_on() {
        let (answers, seen, faults) = run(FaultPlan::default(), 3).await;
        assert!(answers.iter().all(Result::is_ok));
        assert_eq!((seen.len(), faults.n_made.len()), (3, 0));
    }

    #[tokio::test]
    async fn each_fault_does_what_it_is_called() {
        let (answers, seen, _) = run(FaultPlan { drop_request: 1000, ..FaultPlan::default() }, 2).await;
        assert_eq!((answers, seen.len()), (vec![Err(Broken::Cut), Err(Broken::Cut)], 0));
        let (answers, seen, _) = run(FaultPlan { drop_reply: 1000, ..FaultPlan::default() }, 2).await;
        assert_eq!((answers[1].clone(), seen.len()), (Err(Broken::Cut), 2));
        let (answers, seen, _) = run(FaultPlan { double: 1000, ..FaultPlan::default() }, 1).await;
        assert_eq!((answers[0].clone(), seen.len()), (Ok(Bytes::from("0002")), 2));
        let (_, seen, _) = run(FaultPlan { reorder: 1000, ..FaultPlan::default() }, 3).await;
        assert_eq!(seen, ["/0", "/1", "/0", "/2", "/1"]);
        let (answers, _, _) = run(FaultPlan { swap: 1000, ..FaultPlan::default() }, 2).await;
        assert_eq!(answers, [Err(Broken::Late), Ok(Bytes::from("0001"))]);
        let (answers, _, _) = run(FaultPlan { truncate: 1000, ..FaultPlan::default() }, 9).await;
        assert!(answers.iter().any(|answer| answer.as_ref().unwrap().len() < 4));
        let (answers, seen, faults) = run(FaultPlan { offline: true, ..FaultPlan::default() }, 2).await;
        assert_eq!((answers[0].clone(), seen.len(), faults.n_made["offline"]), (Err(Broken::Cut), 0, 2));
    }

    #[tokio::test]
    async fn the_same_seed_makes_the_same_faults() {
        let plan = |seed| FaultPlan { seed, drop_request: 300, double: 200, busy: 100, ..FaultPlan::default() };
        let (one, two) = (run(plan(7), 200).await, run(plan(7), 200).await);
        assert_eq!((&one.1, &one.2), (&two.1, &two.2));
        assert_ne!(one.1, run(plan(8), 200).await.1);
    }
}
