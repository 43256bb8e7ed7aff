//! What a client that is older or careless is refused, seen with OpenSSL's own client.

use crate::support::{TestApp, short_limits};
use std::{process::Stdio, time::Duration};
use tokio::{io::AsyncWriteExt, process::Command, time::timeout};

const SOON: Duration = Duration::from_secs(20);

/// What `openssl s_client` prints when it connects with `flags` and is told `command`; after
/// that it listens until the connection ends.
async fn s_client(app: &TestApp, flags: &[&str], command: Option<&str>) -> String {
    let mut client = Command::new("openssl")
        .args(["s_client", "-servername", "localhost", "-connect"])
        .arg(format!("127.0.0.1:{}", app.port))
        .args(flags)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("openssl is installed by scripts/test");
    let mut input = client.stdin.take().unwrap();
    let open = match command {
        Some(command) => {
            input.write_all(command.as_bytes()).await.unwrap();
            Some(input)
        }
        // Nothing to say: it leaves as soon as the handshake is over.
        None => {
            drop(input);
            None
        }
    };
    let output = timeout(SOON, client.wait_with_output()).await;
    drop(open);
    let output = output.expect("openssl goes on and on").unwrap();
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}

#[tokio::test]
#[ignore = "needs OpenSSL: scripts/test"]
async fn tls_1_0_and_1_1_are_refused_and_1_2_and_1_3_are_not() {
    let app = TestApp::on_sqlite().await;
    // Without the last words, Debian's own client would not even ask.
    let weakest = ["-cipher", "ALL:@SECLEVEL=0"];
    for version in ["-tls1", "-tls1_1"] {
        let said = s_client(&app, &[&[version][..], &weakest[..]].concat(), None).await;
        // From the server: what the client refuses by itself has no alert.
        assert!(said.contains("SSL alert number"), "{version}: {said}");
        assert!(said.contains("New, (NONE)"), "{version}: {said}");
    }
    for (flag, version) in [("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")] {
        let said = s_client(&app, &[flag], None).await;
        assert!(
            said.contains(&format!("New, {version}, Cipher is")),
            "{said}"
        );
    }
}

#[tokio::test]
#[ignore = "needs OpenSSL: scripts/test"]
async fn a_weak_suite_is_refused() {
    let app = TestApp::on_sqlite().await;
    for suite in [
        // No forward secrecy, no authenticated encryption, no encryption at all.
        "AES256-GCM-SHA384",
        "ECDHE-ECDSA-AES256-SHA",
        "ECDHE-ECDSA-NULL-SHA",
    ] {
        let cipher = format!("{suite}:@SECLEVEL=0");
        let said = s_client(&app, &["-tls1_2", "-cipher", &cipher], None).await;
        assert!(said.contains("alert handshake failure"), "{suite}: {said}");
    }
    let good = ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"];
    let said = s_client(&app, &good, None).await;
    assert!(
        said.contains("Cipher is ECDHE-ECDSA-AES128-GCM-SHA256"),
        "{said}"
    );
}

#[tokio::test]
#[ignore = "needs OpenSSL: scripts/test"]
async fn nobody_renegotiates() {
    // The client waits for a handshake that nobody begins, until the idle connection is closed.
    let app = TestApp::with_limits(short_limits()).await;
    let said = s_client(&app, &["-tls1_2"], Some("R\n")).await;
    let (before, after) = said.split_once("RENEGOTIATING").expect("it tries to");
    assert!(before.contains("New, TLSv1.2"), "{said}");
    // A second handshake would look at the certificate once more than a plain connection does.
    let plain = s_client(&app, &["-tls1_2"], None).await;
    let looks = |said: &str| said.matches("verify return:1").count();
    assert!(looks(&plain) > 0, "{plain}");
    assert_eq!(looks(&said), looks(&plain), "{said}");
    assert!(!after.contains("New, TLSv1.2"), "{said}");
}

#[tokio::test]
#[ignore = "needs OpenSSL: scripts/test"]
async fn who_comes_again_shows_a_ticket() {
    let app = TestApp::on_sqlite().await;
    let folder = tempfile::tempdir().unwrap();
    let ticket = folder.path().join("ticket").display().to_string();
    let first = s_client(&app, &["-tls1_2", "-sess_out", &ticket], None).await;
    assert!(first.contains("New, TLSv1.2"), "{first}");
    // In seconds: twice the six hours for which a key makes tickets.
    assert!(first.contains("lifetime hint: 43200"), "{first}");
    let again = s_client(&app, &["-tls1_2", "-sess_in", &ticket], None).await;
    assert!(again.contains("Reused, TLSv1.2"), "{again}");
}
