//! A closure on its way through the queue, with the place where its answer goes.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::sync::oneshot;

use crate::{
    Error,
    tx::{Mode, Tx},
};

/// A queued closure. It may run several times (PostgreSQL retries); it is answered once.
pub(crate) trait Job: Send {
    fn mode(&self) -> Mode;
    /// Runs the closure inside the open transaction. True: keep what it did.
    fn run(&mut self, tx: &mut Tx) -> bool;
    /// Replaces the answer: the transaction could not begin or commit.
    fn fail(&mut self, error: Error);
    /// Gives the answer to whoever waits for it.
    fn answer(self: Box<Self>);
}

/// The closure of a reader runs once.
pub(crate) struct Once<F, T, E> {
    work: Option<F>,
    reply: Reply<T, E>,
}

/// The closure of a writer may run again.
pub(crate) struct Again<F, T, E> {
    mode: Mode,
    work: F,
    reply: Reply<T, E>,
}

struct Reply<T, E> {
    result: Option<Result<T, E>>,
    sender: oneshot::Sender<Result<T, E>>,
}

impl<F, T, E> Once<F, T, E> {
    pub(crate) fn new(work: F) -> (Self, oneshot::Receiver<Result<T, E>>) {
        let (sender, receiver) = oneshot::channel();
        (
            Self {
                work: Some(work),
                reply: Reply { result: None, sender },
            },
            receiver,
        )
    }
}

impl<F, T, E> Again<F, T, E> {
    pub(crate) fn new(mode: Mode, work: F) -> (Self, oneshot::Receiver<Result<T, E>>) {
        let (sender, receiver) = oneshot::channel();
        (
            Self {
                mode,
                work,
                reply: Reply { result: None, sender },
            },
            receiver,
        )
    }
}

impl<F, T, E> Job for Once<F, T, E>
where
    F: FnOnce(&mut Tx) -> Result<T, E> + Send,
    T: Send,
    E: From<Error> + Send,
{
    fn mode(&self) -> Mode {
        Mode::Read
    }

    fn run(&mut self, tx: &mut Tx) -> bool {
        let Some(work) = self.work.take() else {
            return false;
        };
        self.reply.settle(tx, work)
    }

    fn fail(&mut self, error: Error) {
        self.reply.result = Some(Err(error.into()));
    }

    fn answer(self: Box<Self>) {
        self.reply.give();
    }
}

impl<F, T, E> Job for Again<F, T, E>
where
    F: Fn(&mut Tx) -> Result<T, E> + Send,
    T: Send,
    E: From<Error> + Send,
{
    fn mode(&self) -> Mode {
        self.mode
    }

    fn run(&mut self, tx: &mut Tx) -> bool {
        self.reply.settle(tx, &self.work)
    }

    fn fail(&mut self, error: Error) {
        self.reply.result = Some(Err(error.into()));
    }

    fn answer(self: Box<Self>) {
        self.reply.give();
    }
}

impl<T, E: From<Error>> Reply<T, E> {
    fn settle(&mut self, tx: &mut Tx, work: impl FnOnce(&mut Tx) -> Result<T, E>) -> bool {
        let result = match catch_unwind(AssertUnwindSafe(|| work(tx))) {
            Ok(Ok(_)) if tx.failure().is_some() => Err(Error::Aborted.into()),
            Ok(result) => result,
            Err(payload) => Err(Error::Panicked(panic_text(&*payload)).into()),
        };
        let keep = result.is_ok();
        self.result = Some(result);
        keep
    }

    /// Whoever asked may be gone by now (a closed connection); that is fine.
    fn give(self) {
        let _ = self
            .sender
            .send(self.result.unwrap_or_else(|| Err(Error::Closed.into())));
    }
}

fn panic_text(payload: &(dyn std::any::Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        return (*text).to_owned();
    }
    payload
        .downcast_ref::<String>()
        .cloned()
        .unwrap_or_else(|| "without a message".to_owned())
}
