/** What of a cluster's settings decides whether a policy is valid. */
export interface RuleContext {
    /** The controller's namespace. */
    controllerNamespace: string;
    /** Whether a policy without authorities is refused. */
    failOnEmptyAuthorities: boolean;
}
