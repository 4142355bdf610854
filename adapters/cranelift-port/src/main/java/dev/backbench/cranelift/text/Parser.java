package dev.backbench.cranelift.text;

import dev.backbench.cranelift.ir.Function;

/**
 * Reads the functions of a text, one at a time, into a function that is reused. Lines of test directives before the first function ({@code test}, {@code set},
 * {@code target}, {@code feature}) are passed over.
 */
public final class Parser {
    private final Lexer lexer;
    private final Cursor cursor;
    private final Declarations declarations;
    private final BodyParser body;

    public Parser(byte[] text) throws ClifException {
        this.lexer = new Lexer(text);
        this.cursor = new Cursor(lexer);
        this.declarations = new Declarations(cursor);
        this.body = new BodyParser(cursor);
        while (lexer.isWord("test") || lexer.isWord("set") || lexer.isWord("target") || lexer.isWord("feature")) lexer.skipLine();
    }

    /**
     * @param function its old content goes
     * @return false where the text has no more functions
     */
    public boolean next(Function function) throws ClifException {
        if (lexer.kind == Lexer.END) return false;
        function.reset();
        cursor.function = function;
        function.firstLine = lexer.line;
        cursor.expectWord("function");
        function.name = cursor.externalName();
        declarations.functionSignature();
        if (!cursor.is('{')) throw lexer.expected("'{'");
        lexer.next();
        declarations.preamble();
        body.parse();
        function.lastLine = lexer.line;
        cursor.expect('}');
        return true;
    }
}
