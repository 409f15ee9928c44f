//! The S3 client's way to an S3 service in the same process: no port, no socket, nothing for a neighbour to connect to.

use aws_sdk_s3::primitives::SdkBody;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use http::HeaderValue;
use http::header::HOST;
use s3s::service::S3Service;
use std::fmt;

/// Hands each request of the client to the service as a function call.
#[derive(Clone)]
pub(super) struct InProcess(S3Service);

impl InProcess {
    pub(super) fn new(service: S3Service) -> Self {
        Self(service)
    }
}

impl fmt::Debug for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InProcess")
    }
}

impl HttpConnector for InProcess {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let service = self.0.clone();
        HttpConnectorFuture::new(async move {
            let mut request = request
                .try_into_http1x()
                .map_err(|error| ConnectorError::user(error.into()))?
                .map(s3s::Body::http_body_unsync);
            // The signature covers Host, which a client on a socket adds last of all.
            if !request.headers().contains_key(HOST)
                && let Some(authority) = request.uri().authority()
            {
                let host =
                    HeaderValue::from_str(authority.as_str()).map_err(|error| ConnectorError::user(error.into()))?;
                request.headers_mut().insert(HOST, host);
            }
            let answer = service.call(request).await.map_err(|error| ConnectorError::other(error.into(), None))?;
            HttpResponse::try_from(answer.map(SdkBody::from_body_1_x))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

impl HttpClient for InProcess {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}
