//! A gate in the database of a test: whoever writes what the test describes waits there until it is opened.

use super::Schema;

/// A closed gate. One of a schema is enough.
#[derive(Debug)]
pub struct Gate<'schema>(&'schema Schema);

impl Schema {
    /// Stops whoever does `event` to a row of `table`, such as `UPDATE`, when the row is so; all that it wrote in that
    /// transaction waits with it.
    pub fn close_gate(&self, (event, table): (&str, &str), when: &str) -> Gate<'_> {
        self.say_in(&format!(
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
        Gate(self)
    }
}

impl Gate<'_> {
    /// Whether anybody came to stand there.
    pub fn is_reached(&self) -> bool {
        // What a transaction takes from a sequence, others see before it ends.
        let arrivals = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM arrivals";
        self.0.ask_in(arrivals) > 0
    }

    /// Lets everybody pass. A transaction whose hub is gone ends here without a trace.
    pub fn open(self) {
        self.0.say_in("DELETE FROM gate");
    }
}
