// What relay-compiler compiles; nothing runs this file.
import { graphql } from "relay-runtime";

graphql`
  query operationsMeQuery {
    me {
      role
    }
  }
`;

graphql`
  mutation operationsCreateMutation($input: CustomerCreateInput!) {
    customerCreate(input: $input) {
      customer {
        name
      }
    }
  }
`;

graphql`
  subscription operationsWatchSubscription($after: String) {
    events(after: $after, filter: { kinds: [CUSTOMER_CREATED] }) {
      kind
      cursor
    }
  }
`;
