//! A gate in the database: whoever writes what the test describes waits there until it is opened. So a hub is killed in
//! the middle of its work, however fast or busy the machine is.

use insitu_hub::testing::TestHub;

use crate::program::Program;

/// A closed gate. One of a database is enough.
pub struct Gate<'hub>(&'hub TestHub);

impl<'hub> Gate<'hub> {
    /// Stops whoever does `event` to a row of `table`, such as `UPDATE`, when the row is so; all that it wrote in that
    /// transaction waits with it.
    pub fn close(hub: &'hub TestHub, (event, table): (&str, &str), when: &str) -> Self {
        hub.postgres().say_in(&format!(
            "CREATE TABLE gate AS SELECT TRUE AS is_closed;
             CREATE SEQUENCE arrivals;
             CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                 PERFORM nextval('arrivals');
                 WHILE EXISTS (SELECT FROM gate) LOOP
                     PERFORM pg_sleep(0.01);
                 END LOOP;
                 RETURN NEW;
             END $$;
             CREATE TRIGGER gate BEFORE {event} ON {table}
                 FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION wait_at_gate()"
        ));
        Self(hub)
    }

    /// Waits until this program stands there.
    pub async fn holds(&self, hub: &mut Program) {
        // What a transaction takes from a sequence, others see before it ends.
        let arrivals = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM arrivals";
        while self.0.postgres().ask_in(arrivals) == 0 {
            hub.assert_lives();
            tokio::task::yield_now().await;
        }
    }

    /// Lets everybody pass. A transaction whose hub is gone ends here without a trace.
    pub fn open(self) {
        self.0.postgres().say_in("DELETE FROM gate");
    }
}
