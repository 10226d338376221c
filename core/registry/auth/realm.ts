import { isInternalHost } from "../http/addresses";

/**
 * Why no token is asked for at an address: a registry, or who sits in front of it, may name any.
 *
 * The rules of go-containerregistry 0.22 (`validateRealmURL`, transport/bearer.go): HTTPS, or plain HTTP where the registry itself is spoken to so;
 * no internal address but the registry's own. Stricter for plain HTTP: only the registry's own host, on any port.
 *
 * @param registry where the challenge came from
 */
export function realmRefusal(realm: URL | null, registry: URL): string | undefined {
    if (realm === null) {
        return "something that is no URL";
    }
    if (realm.protocol !== "https:" && realm.protocol !== "http:") {
        return `a ${realm.protocol} address`;
    }
    if (realm.username !== "" || realm.password !== "") {
        return "an address with a password";
    }
    if (realm.origin === registry.origin) {
        return undefined;
    }
    if (isInternalHost(realm.hostname)) {
        return `the internal address ${realm.host}`;
    }
    if (realm.protocol === "http:" && (registry.protocol === "https:" || realm.hostname !== registry.hostname)) {
        return `plain HTTP at ${realm.host}`;
    }
    return undefined;
}
