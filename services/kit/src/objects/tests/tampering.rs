//! A body that changes on the way, whose checksum follows it in a trailer.

use super::{ACCESS_KEY, Rig, SECRET_KEY, keys};
use crate::objects::Objects;
use crate::objects::client::config;
use crate::objects::connector::InProcess;
use crate::objects::standing::Standing;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::primitives::{ByteStream, SdkBody};
use aws_sdk_s3::types::ChecksumAlgorithm;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use bytes::Bytes;
use http_body_util::BodyExt;

/// A network that changes one byte of each body after it was signed.
#[derive(Debug, Clone)]
struct Tampering(InProcess);

impl HttpConnector for Tampering {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let onward = self.0.clone();
        HttpConnectorFuture::new(async move {
            let (mut head, body) = request.try_into_http1x().unwrap().into_parts();
            assert_eq!(head.headers["x-amz-content-sha256"], "STREAMING-UNSIGNED-PAYLOAD-TRAILER");
            assert!(!head.headers.contains_key("x-amz-checksum-sha256"));
            let mut body = body.collect().await.unwrap().to_bytes().to_vec();
            let at = body.windows(4).position(|window| window == b"good").unwrap();
            body[at..at + 4].copy_from_slice(b"evil");
            head.headers.insert("content-length", body.len().into());
            let request = http::Request::from_parts(head, SdkBody::from(body));
            onward.call(HttpRequest::try_from(request).unwrap()).await
        })
    }
}

impl HttpClient for Tampering {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

#[tokio::test]
async fn a_wrong_trailer_leaves_the_good_object() {
    let rig = Rig::in_process();
    rig.objects.put("good", Bytes::from_static(b"good")).await.unwrap();
    let path = rig.folder.path().join("body");
    std::fs::write(&path, b"another good one").unwrap();
    let network = Tampering(InProcess::new(rig.embedded.service(&keys(SECRET_KEY))));
    let config = config("local", ACCESS_KEY, SECRET_KEY).endpoint_url("https://objects.invalid");
    let config = config.force_path_style(true).http_client(network).build();
    let tampered = Objects::over(config, Objects::EMBEDDED_BUCKET, Standing::new(true));
    for algorithm in [ChecksumAlgorithm::Sha256, ChecksumAlgorithm::Crc32, ChecksumAlgorithm::Crc64Nvme] {
        let stream = ByteStream::from_path(&path).await.unwrap();
        let put = tampered.client().put_object().bucket(Objects::EMBEDDED_BUCKET).key("good");
        let error = put.checksum_algorithm(algorithm).body(stream).send().await.unwrap_err();
        assert_eq!(error.code(), Some("BadDigest"));
        assert_eq!(rig.objects.get("good").await.unwrap(), "good");
    }
}
