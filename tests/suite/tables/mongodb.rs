//! Documents of a MongoDB server.

use super::prepare;
use crate::support::{TestApp, shared_mongodb};
use mongodb::{
    Client,
    bson::{Bson, Document, doc},
};
use sweatbox::config::StoreSetup;

#[tokio::test]
#[ignore = "needs SecantusDB: scripts/test"]
async fn collections_made_under_another_install_key_are_refused() {
    let server = shared_mongodb().await;
    let setup = StoreSetup::Mongodb(server.credentials(&server.new_database().await));
    prepare(&setup, "11").await.unwrap();
    let refusal = prepare(&setup, "22").await.unwrap_err();
    assert!(refusal.contains("under another install key"), "{refusal}");
    assert!(refusal.contains("s_41220_session"), "{refusal}");
    prepare(&setup, "11").await.unwrap();
}

#[tokio::test]
#[ignore = "needs SecantusDB: scripts/test"]
async fn a_document_that_cannot_be_read_is_a_new_visitor_s() {
    let server = shared_mongodb().await;
    let database = server.new_database().await;
    let credentials = server.credentials(&database);
    let port = credentials.port.unwrap();
    let app = TestApp::on(StoreSetup::Mongodb(credentials)).await;
    let client = Client::with_uri_str(format!("mongodb://127.0.0.1:{port}")).await;
    let sessions = client.unwrap().database(&database);
    let sessions = sessions.collection::<Document>("s_41220_session");
    for (field, value) in [
        ("data", Bson::Int32(5)),
        ("expiry_micros", Bson::String("next year".into())),
        ("version", Bson::String("the last one".into())),
    ] {
        let visitor = app.visitor();
        visitor.get("/t/set/a/1").await.expect(200);
        let damage = doc! { "$set": { field: value } };
        let damaged = sessions.update_many(doc! {}, damage).await.unwrap();
        assert!(damaged.modified_count > 0);
        assert_eq!(
            visitor.get("/t/get/a").await.expect(200).text,
            "none",
            "{field}"
        );
        visitor.get("/t/set/a/2").await.expect(200);
        assert_eq!(
            visitor.get("/t/get/a").await.expect(200).text,
            "\"2\"",
            "{field}"
        );
    }
}
