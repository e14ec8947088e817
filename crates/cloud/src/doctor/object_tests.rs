//! Claims about objects that may not be read: what is said of them is no more than what was seen.

use super::tests::{Asked, DENIED, cause, follow_patient, patient_of, picture, well};
use super::*;
use crate::testing::{Server, answer};

/// AWS asks whether one may read before it looks whether there is anything to read.
#[tokio::test]
async fn an_object_that_nobody_saw_is_not_said_to_be_there() {
    const MAY_NOT: &str = "<Error><Code>AccessDenied</Code><Message>User: u is not authorized to perform: s3:GetObject on resource: r because no identity-based policy allows the s3:GetObject action</Message></Error>";
    for may_list in [true, false] {
        let server = Server::answers(move |request| match Asked(request) {
            asked if asked.is_listing() && may_list => well(&asked),
            asked if asked.is_listing() => answer("403 Forbidden", "", DENIED),
            asked if asked.is("GET", "/photos/") => answer("403 Forbidden", "", MAY_NOT),
            asked if asked.is("HEAD", "/photos/") => answer("403 Forbidden", "", ""),
            asked => well(&asked),
        })
        .await;
        let found = follow_patient(&server, Some(&picture), &patient_of(&server, Some("a.jpg"))).await;
        assert_eq!(cause(&found), ("storage.get_denied", Subject::Head));
        let message = &found.cause().unwrap().message;
        assert_eq!(
            message.contains("is there and may not be read"),
            may_list,
            "{message}"
        );
        assert_ne!(message.contains("s3:ListBucket"), may_list, "{message}");
    }
}
