export {};
//# sourceMappingURL=session-store.test.d.ts.map