/** Predicates that cosign takes, each as the content of a file. */
export const SLSA = JSON.stringify({
    builder: { id: "https://ci.acme.example" },
    buildType: "https://acme.example/v1",
});
export const SLSA_V1 = JSON.stringify({
    buildDefinition: { buildType: "https://acme.example/v1", externalParameters: {} },
    runDetails: { builder: { id: "https://ci.acme.example" } },
});
export const SPDX = JSON.stringify({ spdxVersion: "SPDX-2.3", name: "app" });
export const CYCLONEDX = JSON.stringify({ bomFormat: "CycloneDX", specVersion: "1.6" });
export const VULN = JSON.stringify({
    invocation: { parameters: null, uri: "", event_id: "", "builder.id": "" },
    scanner: { uri: "scan", version: "1", db: { uri: "", version: "" }, result: {} },
    metadata: { scanStartedOn: "2026-01-01T00:00:00Z", scanFinishedOn: "2026-01-01T00:01:00Z" },
});
