//! What only a database server can do to us.

use insitu_model::id::OrganizationId;
use insitu_store::testing::{Schema, postgres_server};
use insitu_store::{Db, Error, Options, organizations, users};

#[test]
fn connections_that_the_server_closed_are_opened_again() {
    let Some(server) = postgres_server() else { return };
    let schema = Schema::new(server);
    let db = Db::open(
        &schema.url(),
        Options {
            readers: 1,
            writers: 1,
        },
    )
    .unwrap();
    let any: bool = db.read_blocking::<_, Error, _>(users::any).unwrap();
    assert!(!any);
    schema.close_connections();
    assert!(!db.read_blocking::<_, Error, _>(users::any).unwrap());
    let id = OrganizationId::from_bytes([1; 12]);
    let new = organizations::Organization {
        id,
        name: "x".to_owned(),
        created_at: 0,
    };
    db.claim_blocking::<_, Error, _>(move |tx| organizations::insert(tx, &new))
        .unwrap();
    schema.close_connections();
    let found = db
        .read_blocking::<_, Error, _>(move |tx| organizations::get(tx, id))
        .unwrap();
    assert_eq!(found.name, "x");
    db.close();
}
