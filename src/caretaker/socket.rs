//! The socket by which a running copy's owner reaches it: one wish a connection, in JSON.

use super::{Reply, Wish, perform};
use crate::sessions::Sessions;
use std::{
    fs, io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{UnixListener, UnixStream},
    time::timeout,
};

/// The longest wish, in bytes.
const LONGEST: u64 = 4096;
/// How long a wish may take to arrive.
const ARRIVAL: Duration = Duration::from_secs(5);
/// How long whoever asks waits for the answer: a purge may take its time.
const ANSWER: Duration = Duration::from_secs(60);

/// Answers wishes for ever; to be spawned. Without a socket the copy runs on.
pub async fn serve(path: PathBuf, sessions: Sessions) {
    let listener = match open(&path).await {
        Ok(Some(listener)) => listener,
        // A replica in the same folder, which knows as much as we do.
        Ok(None) => return,
        Err(error) => {
            let path = path.display();
            tracing::warn!(%path, %error, "`sweatbox sessions` cannot reach this copy");
            return;
        }
    };
    let _remove = RemoveOnDrop(path);
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let sessions = sessions.clone();
                tokio::spawn(async move {
                    if let Err(error) = answer(stream, &sessions).await {
                        tracing::debug!(%error, "a wish was not answered");
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "the owner's socket");
                // Too many open files, most likely: it passes.
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

/// The socket, for its owner alone; `None` when a living process answers there.
async fn open(path: &Path) -> io::Result<Option<UnixListener>> {
    if UnixStream::connect(path).await.is_ok() {
        return Ok(None);
    }
    // Made in a private folder and moved: between `bind` and `chmod` it is open to others.
    let folder = tempfile::Builder::new()
        .permissions(fs::Permissions::from_mode(0o700))
        .tempdir_in(".")?;
    let private = folder.path().join("s");
    let listener = UnixListener::bind(&private)?;
    fs::set_permissions(&private, fs::Permissions::from_mode(0o600))?;
    fs::rename(&private, path)?;
    Ok(Some(listener))
}

async fn answer(mut stream: UnixStream, sessions: &Sessions) -> io::Result<()> {
    let mut text = String::new();
    let (reader, mut writer) = stream.split();
    timeout(ARRIVAL, reader.take(LONGEST).read_to_string(&mut text)).await??;
    let reply = match serde_json::from_str(&text) {
        Ok(wish) => perform(sessions, wish).await,
        Err(error) => Reply::Failed(format!("not understood: {error}")),
    };
    writer.write_all(&serde_json::to_vec(&reply)?).await
}

/// Asks the copy behind `path`; `None` when none is running there.
///
/// # Errors
/// When it does not answer, or not as it should.
pub async fn ask(path: &Path, wish: &Wish) -> io::Result<Option<Reply>> {
    let mut stream = match UnixStream::connect(path).await {
        // Left behind by a process that was killed.
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => return Ok(None),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        stream => stream?,
    };
    stream.write_all(&serde_json::to_vec(wish)?).await?;
    stream.shutdown().await?;
    let mut text = Vec::new();
    timeout(ANSWER, stream.read_to_end(&mut text)).await??;
    Ok(Some(serde_json::from_slice(&text)?))
}

struct RemoveOnDrop(PathBuf);

impl Drop for RemoveOnDrop {
    fn drop(&mut self) {
        // Gone already is as good; left behind it is replaced by the next start.
        let _ = fs::remove_file(&self.0);
    }
}
