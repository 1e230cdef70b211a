/** Who wanted to connect and was not let in, why, and what helps. */
export declare function RefusedConnections(): import("react").JSX.Element;
//# sourceMappingURL=refused-connections.d.ts.map