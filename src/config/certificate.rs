//! The certificate chain and its key: read, compared, looked at for their dates; or made.

use super::{Options, Refusal, files, quoted};
use rcgen::{CertificateParams, KeyPair};
use rustls::{
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    sign::CertifiedKey,
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use time::{Duration, OffsetDateTime};
use x509_cert::{der::Decode, time::Time};

/// How long a certificate made here is good: the most that any browser accepts.
const MADE_FOR: Duration = Duration::days(825);

/// Where the chain and the key are.
#[derive(Debug, Clone)]
pub struct CertificateFiles {
    /// PEM chain, the server's own certificate first.
    pub cert: PathBuf,
    /// PEM private key.
    pub key: PathBuf,
    /// Whether the paths were given; then nothing is made there.
    explicit: bool,
}

/// A chain and its key, known to belong together.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// What rustls serves with.
    pub certified: Arc<CertifiedKey>,
    /// Valid from.
    pub not_before: OffsetDateTime,
    /// Valid until.
    pub not_after: OffsetDateTime,
}

impl CertificateFiles {
    /// The two paths from flags or environment, else below `certs/`.
    ///
    /// # Errors
    /// One path given without the other.
    pub fn locate(options: &Options) -> Result<Self, Refusal> {
        match (&options.cert, &options.key) {
            (Some(cert), Some(key)) => Ok(Self::new(cert.clone(), key.clone(), true)),
            (None, None) => {
                let folder = Path::new("certs");
                let cert = folder.join("selfsigned.crt");
                Ok(Self::new(cert, folder.join("selfsigned.key"), false))
            }
            _ => Err(Refusal::new(
                "--cert and --key belong together, and one of them is missing",
                "sweatbox --cert CHAIN.pem --key KEY.pem",
            )),
        }
    }

    fn new(cert: PathBuf, key: PathBuf, explicit: bool) -> Self {
        Self {
            cert,
            key,
            explicit,
        }
    }

    /// The pair, or `None` when a first start is to make it.
    ///
    /// # Errors
    /// A file that is missing, unreadable or not PEM, and a key of another certificate.
    pub fn load(&self) -> Result<Option<Certificate>, Refusal> {
        let cert = files::read_bytes(&self.cert)?;
        let key = files::read_bytes(&self.key)?;
        match (cert, key) {
            (Some(cert), Some(key)) => self.parse(&cert, &key).map(Some),
            (None, None) if !self.explicit => Ok(None),
            (None, _) => Err(self.missing(&self.cert)),
            (_, None) => Err(self.missing(&self.key)),
        }
    }

    /// The pair; on a first start a self-signed one, its key written 0600.
    ///
    /// # Errors
    /// As for [`load`](Self::load), and when the files cannot be written.
    pub fn load_or_make(&self) -> Result<Certificate, Refusal> {
        match self.load() {
            Ok(Some(certificate)) => return Ok(certificate),
            Err(refusal) if self.explicit => return Err(refusal),
            // None yet, or half a pair: another copy may be making it in this moment.
            _ => {}
        }
        let _lock = files::lock_folder_of(&self.cert)?;
        if let Some(certificate) = self.load()? {
            return Ok(certificate);
        }
        self.make()?;
        self.load()?.ok_or_else(|| self.missing(&self.cert))
    }

    fn make(&self) -> Result<(), Refusal> {
        let (cert, key) = self_signed().map_err(|error| {
            let mend = "sweatbox --cert CHAIN.pem --key KEY.pem";
            Refusal::new(format!("cannot make a certificate: {error}"), mend)
        })?;
        for (path, pem) in [(&self.key, key), (&self.cert, cert)] {
            files::write_private(path, pem.as_bytes())
                .map_err(|error| Refusal::io("make", path, &error))?;
        }
        Ok(())
    }

    fn parse(&self, cert: &[u8], key: &[u8]) -> Result<Certificate, Refusal> {
        let chain: Vec<_> = CertificateDer::pem_slice_iter(cert)
            .collect::<Result<_, _>>()
            .map_err(|error| not_pem(&self.cert, "certificate", &error))?;
        let key = PrivateKeyDer::from_pem_slice(key)
            .map_err(|error| not_pem(&self.key, "private key", &error))?;
        let (not_before, not_after) = validity(&chain)
            .ok_or_else(|| not_pem(&self.cert, "certificate", &"nothing of that kind in it"))?;
        let certified = CertifiedKey::from_der(chain, key, &ring::default_provider())
            .map_err(|error| self.mismatch(&error))?;
        Ok(Certificate {
            certified: Arc::new(certified),
            not_before,
            not_after,
        })
    }

    fn missing(&self, path: &Path) -> Refusal {
        let problem = format!("{} is missing", path.display());
        let (cert, key) = (quoted(&self.cert), quoted(&self.key));
        let mend = if self.explicit {
            format!("ls -l {cert} {key}")
        } else {
            format!("bring it back, or `rm -f {cert} {key}` to have a new pair made")
        };
        Refusal::new(problem, mend)
    }

    fn mismatch(&self, error: &rustls::Error) -> Refusal {
        let (cert, key) = (quoted(&self.cert), quoted(&self.key));
        let problem = match error {
            rustls::Error::InconsistentKeys(_) => format!("{key} is not the key of {cert}"),
            other => format!("{cert} and {key} cannot be used: {other}"),
        };
        let mend = if self.explicit {
            "name two files that were made together".into()
        } else {
            format!("`rm {cert} {key}` to have a new pair made, or copy both files anew")
        };
        Refusal::new(problem, mend)
    }
}

impl Certificate {
    /// What is wrong with its dates at `now`, if anything: a reason to warn, not to refuse.
    pub fn date_warning(&self, now: OffsetDateTime) -> Option<String> {
        if now > self.not_after {
            Some(format!(
                "the certificate expired on {}",
                self.not_after.date()
            ))
        } else if now < self.not_before {
            Some(format!(
                "the certificate is not valid before {}",
                self.not_before.date()
            ))
        } else {
            None
        }
    }
}

fn not_pem(path: &Path, what: &str, error: &dyn std::fmt::Display) -> Refusal {
    Refusal::new(
        format!("{} is not a {what} in PEM form: {error}", path.display()),
        format!(
            "look at it with `head -1 {}`; it should begin with -----BEGIN",
            quoted(path)
        ),
    )
}

fn validity(chain: &[CertificateDer<'_>]) -> Option<(OffsetDateTime, OffsetDateTime)> {
    let certificate = x509_cert::Certificate::from_der(chain.first()?).ok()?;
    let validity = certificate.tbs_certificate.validity;
    let moment = |time: Time| OffsetDateTime::UNIX_EPOCH + time.to_unix_duration();
    Some((moment(validity.not_before), moment(validity.not_after)))
}

/// A new pair in PEM form: certificate, key.
fn self_signed() -> Result<(String, String), rcgen::Error> {
    let mut names: Vec<String> = ["localhost", "127.0.0.1", "::1"].map(String::from).into();
    if let Ok(host) = gethostname::gethostname().into_string() {
        names.push(host);
    }
    names.dedup();
    let mut params = CertificateParams::new(names)?;
    // An hour early: a laptop's clock may be behind the class host's.
    params.not_before = OffsetDateTime::now_utc() - Duration::HOUR;
    params.not_after = params.not_before + MADE_FOR;
    let name = rcgen::DnValue::Utf8String("sweatbox self-signed".into());
    params.distinguished_name = rcgen::DistinguishedName::new();
    params
        .distinguished_name
        .push(rcgen::DnType::CommonName, name);
    let key = KeyPair::generate()?;
    let cert = params.self_signed(&key)?;
    Ok((cert.pem(), key.serialize_pem()))
}
