import { X509Certificate } from "node:crypto";

import { parseRepository } from "../policy/go/reference";

import type { PropertyPath } from "../policy/path";
import type { RegistrySettings } from "./options";

/** A setting that would do nothing, or not what it says. */
export interface SettingProblem {
    code: "mirror-of-nothing" | "mirror-no-address" | "certificate-authority-unreadable" | "credential-for-nothing";
    path: PropertyPath;
    /** What stands there; undefined where it is long or a secret. */
    found?: string;
    /** What to write instead, as a sentence. */
    instead: string;
}

/** What is wrong with settings, all of it. */
export function settingProblems({
    mirrors = {},
    certificateAuthorities = [],
    credentials = [],
}: RegistrySettings): SettingProblem[] {
    const problems: SettingProblem[] = [];
    for (const [registry, places] of Object.entries(mirrors)) {
        const path = ["mirrors", registry];
        if (!isRegistry(registry)) {
            problems.push({ code: "mirror-of-nothing", path, found: registry, instead: REGISTRY });
        }
        places.forEach((place, index) => {
            if (!isMirror(place)) {
                problems.push({ code: "mirror-no-address", path: [...path, index], found: place, instead: MIRROR });
            }
        });
    }
    certificateAuthorities.forEach((pem, index) => {
        if (!isCertificate(pem)) {
            const path = ["certificateAuthorities", index];
            problems.push({ code: "certificate-authority-unreadable", path, instead: CERTIFICATE });
        }
    });
    credentials.forEach(({ for: place }, index) => {
        if (!isPlaceOfImages(place)) {
            const path = ["credentials", index, "for"];
            problems.push({ code: "credential-for-nothing", path, found: place, instead: PLACE });
        }
    });
    return problems;
}

const REGISTRY = "Write the host of a registry as images have it, such as docker.io or registry.example.com:5000.";
const MIRROR = "Write a host, and a path where there is one, such as mirror.example.com/hub.";
const CERTIFICATE = "Give the text of a PEM file with certificates: -----BEGIN CERTIFICATE-----…";
const PLACE = "Write a registry, or a part of one, such as ghcr.io or ghcr.io/acme.";

/** Whether a text is a registry's name, as images have it. */
export function isRegistry(text: string): boolean {
    return hasHost(text) && parseRepository(`${text}/any/image`)?.repository === "any/image";
}

/** Whether a text is a registry's name, or one with a path. */
export function isMirror(text: string): boolean {
    return hasHost(text) && parseRepository(`${text}/any/image`) !== undefined;
}

/** Docker Hub's own old name for itself is an address. */
function isPlaceOfImages(text: string): boolean {
    return isMirror(text.replace(/^https:\/\/(index\.docker\.io)\/v1\/$/, "$1"));
}

/** What comes before the first slash is a host only where it has a dot or a colon. */
function hasHost(text: string): boolean {
    return /^[^/]*[.:][^/]*(\/|$)/.test(text);
}

function isCertificate(pem: string): boolean {
    try {
        return new X509Certificate(pem).fingerprint256 !== "";
    } catch {
        return false;
    }
}
