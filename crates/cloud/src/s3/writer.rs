//! Writing to a bucket: only ever to the operator's own, which is why [`Client`] has none of these calls.

use bytes::Bytes;
use reqwest::Method;

use super::{ANSWER_BYTES_MAX, Access, Client, ObjectName};
use crate::call::Call;
use crate::connect::{Answer, BodyLimit};
use crate::refusal::{CallError, Refusal};
use crate::sigv4::Query;
use crate::xml::Element;

/// Most parts of one object, S3's own limit.
pub const PARTS_MAX: u64 = 10_000;

/// S3 wants to be told, and what sends requests does not say it of a body that is not there.
fn no_body() -> (&'static str, String) {
    ("content-length", "0".to_owned())
}

/// Writes objects. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Writer {
    client: Client,
}

/// What a bucket says of an object to whoever fetches it.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// Its type.
    pub content_type: &'a str,
    /// `attachment`, where browsers are not to show it.
    pub disposition: Option<&'a str>,
}

impl About<'_> {
    fn headers(&self) -> Vec<(&'static str, String)> {
        let mut headers = vec![("content-type", self.content_type.to_owned())];
        if let Some(disposition) = self.disposition {
            headers.push(("content-disposition", disposition.to_owned()));
        }
        headers
    }
}

impl Writer {
    /// A writer that asks by this client, with its patience.
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    /// Writes a small object in one call, in place of the one that may be there.
    pub async fn put(
        &self,
        access: &Access,
        object: ObjectName<'_>,
        about: About<'_>,
        body: Bytes,
    ) -> Result<(), CallError> {
        let mut call = access.object_call(Method::PUT, object);
        call.headers = about.headers();
        if body.is_empty() {
            call.headers.push(no_body());
        }
        call.body = body;
        self.ask("PutObject", &call).await.map(|_| ())
    }

    /// Begins an object of several parts; the id that its parts name.
    pub async fn begin(
        &self,
        access: &Access,
        object: ObjectName<'_>,
        about: About<'_>,
    ) -> Result<String, CallError> {
        const CALL: &str = "CreateMultipartUpload";
        let mut call = access.object_call(Method::POST, object);
        call.query = Query::new().with_flag("uploads");
        call.headers = about.headers();
        call.headers.push(no_body());
        let answer = self.ask(CALL, &call).await?;
        let document =
            Element::parse(&answer.body).map_err(|error| CallError::xml(call.host(), CALL, &error))?;
        let id = document.find("UploadId").map(|id| id.text.trim().to_owned());
        id.filter(|id| !id.is_empty())
            .ok_or_else(|| CallError::missing(call.host(), CALL, "UploadId"))
    }

    /// Writes one part, counted from 1; what the end has to name it by.
    pub async fn put_part(
        &self,
        access: &Access,
        object: ObjectName<'_>,
        upload: &str,
        number: u32,
        body: Bytes,
    ) -> Result<String, CallError> {
        const CALL: &str = "UploadPart";
        let mut call = access.object_call(Method::PUT, object);
        call.query = Query::new()
            .with("partNumber", &number.to_string())
            .with("uploadId", upload);
        call.body = body;
        let answer = self.ask(CALL, &call).await?;
        let etag = answer.header("etag").map(str::to_owned);
        etag.ok_or_else(|| CallError::missing(call.host(), CALL, "ETag"))
    }

    /// Makes an object of all its parts, in their order.
    pub async fn complete(
        &self,
        access: &Access,
        object: ObjectName<'_>,
        upload: &str,
        etags: &[String],
    ) -> Result<(), CallError> {
        const CALL: &str = "CompleteMultipartUpload";
        let mut call = access.object_call(Method::POST, object);
        call.query = Query::new().with("uploadId", upload);
        call.body = all_parts(etags).into();
        let answer = self.ask(CALL, &call).await?;
        // It may begin with 200 and fail afterwards.
        let document =
            Element::parse(&answer.body).map_err(|error| CallError::xml(call.host(), CALL, &error))?;
        if document.find("ETag").is_some() {
            return Ok(());
        }
        let mut refusal = Refusal {
            status: 500,
            ..Refusal::default()
        };
        refusal.read_document(&document);
        Err(CallError::Refused {
            host: call.host().to_owned(),
            call: CALL,
            refusal: Box::new(refusal),
        })
    }

    /// Gives an object of several parts up; its parts cost nothing any more.
    pub async fn abort(
        &self,
        access: &Access,
        object: ObjectName<'_>,
        upload: &str,
    ) -> Result<(), CallError> {
        let mut call = access.object_call(Method::DELETE, object);
        call.query = Query::new().with("uploadId", upload);
        self.ask("AbortMultipartUpload", &call).await.map(|_| ())
    }

    async fn ask(&self, name: &'static str, call: &Call<'_>) -> Result<Answer, CallError> {
        self.client
            .ask(name, call, BodyLimit::Refuse(ANSWER_BYTES_MAX))
            .await
    }
}

fn all_parts(etags: &[String]) -> String {
    let mut xml = String::from("<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
    for (number, etag) in (1..).zip(etags) {
        // Quotes are all that an ETag has of what XML minds, and within an element it does not mind them.
        let etag = etag.replace('&', "&amp;").replace('<', "&lt;");
        xml.push_str(&format!(
            "<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>"
        ));
    }
    xml.push_str("</CompleteMultipartUpload>");
    xml
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use insitu_model::bucket::BucketName;

    use super::*;
    use crate::credentials::Credentials;
    use crate::testing::{Server, answer, clock, random};

    const PICTURE: About<'_> = About {
        content_type: "image/jpeg",
        disposition: None,
    };

    struct World {
        server: Server,
        writer: Writer,
        access: Access,
        bucket: BucketName,
    }

    impl World {
        async fn with(answers: &[&str]) -> Self {
            let server = Server::says(answers).await;
            Self {
                writer: Writer::new(Client::new(server.outbound(), clock(), random())),
                access: Access {
                    region: "eu-central-1".parse().unwrap(),
                    endpoint: Some(server.endpoint()),
                    credentials: Arc::new(Credentials::permanent("AKID", "secret")),
                },
                bucket: "own".parse().unwrap(),
                server,
            }
        }

        fn object(&self) -> ObjectName<'_> {
            ObjectName {
                bucket: &self.bucket,
                key: "a b.jpg",
                version: None,
            }
        }
    }

    #[tokio::test]
    async fn an_object_is_put_with_its_type_and_the_hash_of_its_bytes() {
        let world = World::with(&[&answer("200 OK", "etag: \"1\"\r\n", "")]).await;
        let bytes = Bytes::from_static(b"123456789");
        let put = world.writer.put(&world.access, world.object(), PICTURE, bytes);
        put.await.unwrap();
        let asked = &world.server.asked()[0];
        assert!(asked.starts_with("PUT /own/a%20b.jpg HTTP/1.1\r\n"), "{asked}");
        assert!(asked.contains("content-type: image/jpeg\r\n"), "{asked}");
        let hash = crate::sigv4::payload_hash(b"123456789");
        assert!(
            asked.contains(&format!("x-amz-content-sha256: {hash}\r\n")),
            "{asked}"
        );
        assert!(asked.contains("SignedHeaders=content-type;host;"), "{asked}");
        assert!(asked.ends_with("\r\n\r\n123456789"), "{asked}");
    }

    #[tokio::test]
    async fn the_end_of_an_upload_may_fail_under_the_status_of_success() {
        let failed = "<Error><Code>InternalError</Code><Message>m</Message></Error>";
        let world = World::with(&[&answer("200 OK", "", failed)]).await;
        let etags = ["\"1\"".to_owned(), "\"2\"".to_owned()];
        let completing = world
            .writer
            .complete(&world.access, world.object(), "id/1", &etags);
        assert_eq!(completing.await.unwrap_err().code(), "cloud.server_fault");
        let asked = &world.server.asked()[0];
        assert!(
            asked.starts_with("POST /own/a%20b.jpg?uploadId=id%2F1 "),
            "{asked}"
        );
        assert!(
            asked.contains("<Part><PartNumber>2</PartNumber><ETag>\"2\"</ETag></Part>"),
            "{asked}"
        );
    }

    #[tokio::test]
    async fn an_answer_without_an_id_is_not_believed() {
        let world = World::with(&[&answer("200 OK", "", "<InitiateMultipartUploadResult/>")]).await;
        let begun = world.writer.begin(&world.access, world.object(), PICTURE).await;
        assert_eq!(begun.unwrap_err().code(), "cloud.not_understood");
        let asked = &world.server.asked()[0];
        assert!(asked.starts_with("POST /own/a%20b.jpg?uploads HTTP"), "{asked}");
        assert!(asked.contains("content-length: 0\r\n"), "{asked}");
    }
}
