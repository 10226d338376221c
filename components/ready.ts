/**
 * Makes the engine wait until the controller has taken the object up. One whose keys cannot be read is accepted, and
 * silently not enforced: only Ready counts (sigstore/policy-controller pkg/reconciler).
 */
export const WAIT_UNTIL_READY = { "pulumi.com/waitFor": "condition=Ready" };

/** The controller reads an object within a second; one that is not Ready after this long has a reason. */
export const READY_TIMEOUT = { create: "2m", update: "2m" };
