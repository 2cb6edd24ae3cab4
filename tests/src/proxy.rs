//! A bad network between a terminal and its hub: a proxy that delays, cuts, counts, and leads elsewhere.

use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio::time::Instant;

/// What lies on the way in one direction at most, in chunks.
const MAX_ON_THE_WAY: usize = 256;

/// A proxy on a thread of its own; dropped, it ends.
pub struct Proxy {
    /// What a terminal is told as its hub's address.
    pub url: String,
    way: Arc<Way>,
    _stop: oneshot::Sender<()>,
}

struct Way {
    /// None: nobody answers.
    target: Mutex<Option<SocketAddr>>,
    /// In each direction, in µs.
    delay_us: AtomicU64,
    n_up: AtomicU64,
    n_down: AtomicU64,
    cuts: Mutex<Cuts>,
    cut: broadcast::Sender<()>,
}

#[derive(Default)]
struct Cuts {
    n_left: u32,
    every: u64,
    at: u64,
    /// The next answer is swallowed together with its connection.
    swallows: bool,
}

impl Proxy {
    /// A proxy before a server, `http://HOST:PORT`.
    pub fn before(url: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let own = format!("http://{}", listener.local_addr().unwrap());
        let way = Arc::new(Way {
            target: Mutex::new(Some(address(url))),
            delay_us: AtomicU64::new(0),
            n_up: AtomicU64::new(0),
            n_down: AtomicU64::new(0),
            cuts: Mutex::default(),
            cut: broadcast::channel(4).0,
        });
        let (stop, stopped) = oneshot::channel();
        let on_the_way = Arc::clone(&way);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                tokio::select! {
                    _ = stopped => {}
                    () = accept(listener, on_the_way) => {}
                }
            });
        });
        Self { url: own, way, _stop: stop }
    }

    /// Delays everything by half of a round trip in each direction.
    pub fn round_trip(&self, time: Duration) {
        let half = u64::try_from((time / 2).as_micros()).unwrap();
        self.way.delay_us.store(half, Ordering::Relaxed);
    }

    /// Cuts the connections so many times, each time after so many more bytes went up; every other time the hub has
    /// the request by then, and only its answer is lost.
    pub fn cut(&self, n: u32, every: u64) {
        let at = self.n_up() + every;
        *self.way.cuts.lock().unwrap() = Cuts { n_left: n, every, at, swallows: false };
    }

    /// How many cuts are still to come.
    pub fn n_cuts_left(&self) -> u32 {
        self.way.cuts.lock().unwrap().n_left
    }

    /// Leads to another server from here on, or to none; what is connected is cut.
    pub fn lead_to(&self, url: Option<&str>) {
        *self.way.target.lock().unwrap() = url.map(address);
        // without connections nobody listens
        let _ = self.way.cut.send(());
    }

    /// Bytes that went up to the hub so far.
    pub fn n_up(&self) -> u64 {
        self.way.n_up.load(Ordering::Relaxed)
    }

    /// Bytes that came down from it.
    pub fn n_down(&self) -> u64 {
        self.way.n_down.load(Ordering::Relaxed)
    }
}

fn address(url: &str) -> SocketAddr {
    url.strip_prefix("http://").unwrap().parse().unwrap()
}

async fn accept(listener: TcpListener, way: Arc<Way>) {
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    loop {
        let (terminal, _) = listener.accept().await.unwrap();
        let target = *way.target.lock().unwrap();
        let way = Arc::clone(&way);
        tokio::spawn(async move {
            // without a target the connection ends as it is dropped
            let Some(target) = target else { return };
            if let Ok(hub) = TcpStream::connect(target).await {
                way.carry(terminal, hub).await;
            }
        });
    }
}

impl Way {
    async fn carry(&self, terminal: TcpStream, hub: TcpStream) {
        for stream in [&terminal, &hub] {
            stream.set_nodelay(true).unwrap();
        }
        let mut cut = self.cut.subscribe();
        let (from_terminal, to_terminal) = terminal.into_split();
        let (from_hub, to_hub) = hub.into_split();
        tokio::select! {
            _ = cut.recv() => {}
            () = self.pump(from_terminal, to_hub, |n| self.went_up(n)) => {}
            () = self.pump(from_hub, to_terminal, |n| self.came_down(n)) => {}
        }
    }

    async fn pump(&self, from: impl AsyncRead + Unpin, to: impl AsyncWrite + Unpin, count: impl Fn(u64) -> bool) {
        let (sender, receiver) = mpsc::channel(MAX_ON_THE_WAY);
        tokio::join!(self.read(from, sender, count), write(to, receiver));
    }

    async fn read(
        &self,
        mut from: impl AsyncRead + Unpin,
        sender: mpsc::Sender<(Instant, Vec<u8>)>,
        count: impl Fn(u64) -> bool,
    ) {
        let mut buffer = vec![0; 16 * 1024];
        while let Ok(n @ 1..) = from.read(&mut buffer).await {
            if count(n as u64) {
                let _ = self.cut.send(());
            }
            let delay = Duration::from_micros(self.delay_us.load(Ordering::Relaxed));
            if sender.send((Instant::now() + delay, buffer[..n].to_vec())).await.is_err() {
                return;
            }
        }
    }

    /// Whether the connections are cut here.
    fn went_up(&self, n: u64) -> bool {
        let n_up = self.n_up.fetch_add(n, Ordering::Relaxed) + n;
        let mut cuts = self.cuts.lock().unwrap();
        if cuts.n_left == 0 || n_up < cuts.at || cuts.swallows {
            return false;
        }
        cuts.at = n_up + cuts.every;
        cuts.n_left -= 1;
        cuts.swallows = cuts.n_left.is_multiple_of(2);
        !cuts.swallows
    }

    fn came_down(&self, n: u64) -> bool {
        self.n_down.fetch_add(n, Ordering::Relaxed);
        std::mem::take(&mut self.cuts.lock().unwrap().swallows)
    }
}

async fn write(mut to: impl AsyncWrite + Unpin, mut receiver: mpsc::Receiver<(Instant, Vec<u8>)>) {
    while let Some((at, bytes)) = receiver.recv().await {
        tokio::time::sleep_until(at).await;
        if to.write_all(&bytes).await.is_err() {
            return;
        }
    }
}
