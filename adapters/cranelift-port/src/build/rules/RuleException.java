package rules;

/** What is wrong with a rule file, and where. */
final class RuleException extends RuntimeException {
    private static final long serialVersionUID = 1;

    RuleException(String file, int line, String message) {
        super(file + ":" + line + ": " + message);
    }
}
