//! Names looked up the operating system's way, which blocks: in threads of its own and few, so that names whose servers say
//! nothing keep nobody waiting who hashes a password or reads a file.
//!
//! The system has to be waited for, longer than anybody here waits. So a name that is being looked up is not asked for
//! again: whoever wants it, too, gets the same answer.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, ToSocketAddrs as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::resolve::{Lookup, LookupFuture};

/// Names that are looked up at the same time.
const AT_ONCE: usize = 64;

/// The operating system's way.
#[derive(Clone)]
pub struct SystemLookup(Arc<Inner>);

struct Inner {
    ask: Ask,
    places: Arc<Semaphore>,
    under_way: Mutex<HashMap<String, Answers>>,
}

/// Asks the system, and blocks until it answers.
type Ask = fn(&str) -> io::Result<Vec<IpAddr>>;
/// What became of a look-up: nothing yet, or the addresses, or why there are none.
type Answer = Option<Result<Vec<IpAddr>, (io::ErrorKind, String)>>;
type Answers = watch::Receiver<Answer>;

impl Default for SystemLookup {
    fn default() -> Self {
        Self::asking(ask_system)
    }
}

fn ask_system(host: &str) -> io::Result<Vec<IpAddr>> {
    let found = (host, 0).to_socket_addrs()?;
    Ok(found.map(|address| address.ip()).collect())
}

impl SystemLookup {
    fn asking(ask: Ask) -> Self {
        Self(Arc::new(Inner {
            ask,
            places: Arc::new(Semaphore::new(AT_ONCE)),
            under_way: Mutex::default(),
        }))
    }

    /// Where the answer for this name arrives.
    async fn answers(&self, host: &str) -> io::Result<Answers> {
        if let Some(answers) = self.0.under_way().get(host) {
            return Ok(answers.clone());
        }
        let place = self.0.places.clone().acquire_owned().await;
        let place = place.map_err(io::Error::other)?;
        self.begin(host, place)
    }

    /// Begins to look a name up, unless somebody else did meanwhile.
    fn begin(&self, host: &str, place: OwnedSemaphorePermit) -> io::Result<Answers> {
        let mut under_way = self.0.under_way();
        if let Some(answers) = under_way.get(host) {
            return Ok(answers.clone());
        }
        let (sender, answers) = watch::channel(None);
        let (inner, name) = (self.0.clone(), host.to_owned());
        let look = move || {
            let found = (inner.ask)(&name);
            let answer = found.map_err(|error| (error.kind(), error.to_string()));
            inner.under_way().remove(&name);
            drop(place);
            sender.send_replace(Some(answer));
        };
        std::thread::Builder::new()
            .name("look-up".to_owned())
            .spawn(look)?;
        under_way.insert(host.to_owned(), answers.clone());
        Ok(answers)
    }
}

impl Inner {
    fn under_way(&self) -> MutexGuard<'_, HashMap<String, Answers>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lookup for SystemLookup {
    fn lookup<'a>(&'a self, host: &'a str) -> LookupFuture<'a> {
        Box::pin(async move {
            let mut answers = self.answers(host).await?;
            let answer = answers.wait_for(Option::is_some).await;
            match answer.map_err(io::Error::other)?.as_ref() {
                Some(Ok(found)) => Ok(found.clone()),
                Some(Err((kind, why))) => Err(io::Error::new(*kind, why.clone())),
                None => Err(io::ErrorKind::NotFound.into()),
            }
        })
    }
}

impl std::fmt::Debug for SystemLookup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SystemLookup").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::sync::Condvar;
    use std::time::Duration;

    use futures_util::future::join_all;

    use super::*;

    const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    /// A resolver that says nothing until it is let.
    struct Silent {
        asked: Mutex<Vec<String>>,
        speaks: Mutex<bool>,
        spoke: Condvar,
    }

    impl Silent {
        const fn new() -> Self {
            Self {
                asked: Mutex::new(Vec::new()),
                speaks: Mutex::new(false),
                spoke: Condvar::new(),
            }
        }

        fn ask(&self, host: &str) -> io::Result<Vec<IpAddr>> {
            self.asked.lock().unwrap().push(host.to_owned());
            let speaks = self.speaks.lock().unwrap();
            drop(self.spoke.wait_while(speaks, |speaks| !*speaks).unwrap());
            match host {
                "unheard" => Err(io::Error::new(io::ErrorKind::NotFound, "no such name")),
                _ => Ok(vec![LOCAL]),
            }
        }

        fn speak(&self) {
            *self.speaks.lock().unwrap() = true;
            self.spoke.notify_all();
        }

        async fn asked(&self, times: usize) -> Vec<String> {
            loop {
                let asked = self.asked.lock().unwrap().clone();
                if asked.len() >= times {
                    return asked;
                }
                tokio::task::yield_now().await;
            }
        }
    }

    #[tokio::test]
    async fn a_name_that_is_being_looked_up_is_asked_for_once_however_many_give_up_on_it() {
        static SILENT: Silent = Silent::new();
        let lookup = SystemLookup::asking(|host| SILENT.ask(host));
        for _ in 0..3 {
            let waited = tokio::time::timeout(Duration::from_millis(5), lookup.lookup("slow"));
            waited.await.unwrap_err();
        }
        assert_eq!(SILENT.asked(1).await, ["slow"]);
        SILENT.speak();
        assert_eq!(lookup.lookup("slow").await.unwrap(), [LOCAL]);
        let unheard = lookup.lookup("unheard").await.unwrap_err();
        assert_eq!(
            (unheard.kind(), unheard.to_string().as_str()),
            (io::ErrorKind::NotFound, "no such name")
        );
    }

    #[tokio::test]
    async fn names_whose_servers_say_nothing_take_so_many_threads_and_no_more() {
        static SILENT: Silent = Silent::new();
        let lookup = SystemLookup::asking(|host| SILENT.ask(host));
        let names: Vec<String> = (0..AT_ONCE + 10).map(|n| format!("host-{n}")).collect();
        let mut looking = std::pin::pin!(join_all(names.iter().map(|name| lookup.lookup(name))));
        let waited = tokio::time::timeout(Duration::from_millis(50), &mut looking);
        waited.await.unwrap_err();
        assert_eq!(SILENT.asked(AT_ONCE).await.len(), AT_ONCE);
        SILENT.speak();
        let found = looking.await;
        assert!(found.into_iter().all(|found| found.unwrap() == [LOCAL]));
        assert_eq!(SILENT.asked.lock().unwrap().len(), names.len());
        assert!(lookup.0.under_way().is_empty());
    }
}
